package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.georep.connection.ConnectionException;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.junit.jupiter.api.Test;

/** Where nobody answers: what is begun fails, and whoever takes it hears of that. */
final class LinkAheadTest {
  private static final SecondaryAddress NOWHERE = SecondaryAddress.parse("ssh://127.0.0.1:1/copy");
  private static final LinkOptions OPTIONS =
      new LinkOptions(List.of(), Optional.empty(), Optional.of("true"), Duration.ofSeconds(5));

  @Test
  void whatWasBegunIsTakenByWhoWantsTheSame() {
    LinkAhead ahead = new LinkAhead();
    ahead.begin(NOWHERE, OPTIONS);
    try (EarlyLink link = ahead.take(NOWHERE, OPTIONS, OPTIONS.timeout())) {
      assertThat(link.isBegun()).isTrue();
      assertThatThrownBy(link::take).isInstanceOf(ConnectionException.class);
    }
    try (EarlyLink next = ahead.take(NOWHERE, OPTIONS, OPTIONS.timeout())) {
      assertThat(next.isBegun()).as("it is another's").isFalse();
    }
  }

  @Test
  void whoWantsAnotherWayGetsAFreshOne() {
    for (SecondaryAddress address :
        List.of(NOWHERE, SecondaryAddress.parse("ssh://127.0.0.1:2/copy"))) {
      LinkAhead ahead = new LinkAhead();
      ahead.begin(NOWHERE, OPTIONS);
      Duration silence = address.equals(NOWHERE) ? Duration.ofSeconds(2) : OPTIONS.timeout();
      try (EarlyLink link = ahead.take(address, OPTIONS, silence)) {
        assertThat(link.isBegun()).isFalse();
        assertThat(link).hasToString(address.describe());
      }
    }
  }

  @Test
  void nothingIsBegunWhenItIsDecided() {
    LinkAhead ahead = new LinkAhead();
    ahead.drop();
    ahead.begin(NOWHERE, OPTIONS);
    try (EarlyLink link = ahead.take(NOWHERE, OPTIONS, OPTIONS.timeout())) {
      assertThat(link.isBegun()).isFalse();
    }
  }
}
