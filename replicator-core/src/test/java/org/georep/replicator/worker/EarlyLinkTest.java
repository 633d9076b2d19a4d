package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.georep.connection.ConnectionException;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.Waits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Agents that are started ahead are used once, or ended. */
final class EarlyLinkTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Set<Long> before = Set.of();

  @BeforeEach
  void noteWhatRuns() {
    before = children();
  }

  private static Set<Long> children() {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  private long started() {
    return children().stream().filter(pid -> !before.contains(pid)).count();
  }

  private EarlyLink local() {
    Path secondary = sandbox.path().resolve("secondary");
    return new EarlyLink(SecondaryAddress.parse(secondary.toString()), LinkOptions.DEFAULT);
  }

  @Test
  void whatWasBegunIsTakenAndNotBegunAgain() throws Exception {
    try (EarlyLink link = local()) {
      link.begin();
      link.begin();
      try (EarlyLink.Connected connected = link.take()) {
        assertThat(connected.client()).isNotNull();
        assertThat(started()).isEqualTo(1);
        link.begin();
        assertThat(started()).isEqualTo(1);
      }
      Waits.until("the agent has ended", () -> started() == 0);
      try (EarlyLink.Connected next = link.take()) {
        assertThat(next.client()).isNotNull();
        assertThat(started()).isEqualTo(1);
      }
    }
  }

  @Test
  void whatNobodyTookIsEnded() throws Exception {
    try (EarlyLink link = local()) {
      link.begin();
      Waits.until("an agent runs", () -> started() == 1);
    }
    Waits.until("the agent has ended", () -> started() == 0);
  }

  @Test
  void aFailureIsWhoseTakesItAndTheNextTryIsANewOne() throws Exception {
    SecondaryAddress nobody;
    try (Sshd sshd = Sshd.start(sandbox.directory("sshd"))) {
      nobody =
          SecondaryAddress.parse(
              "ssh://" + sshd.user() + "@" + sshd.host() + ":" + sshd.port() + "/nowhere");
    }
    LinkOptions options =
        new LinkOptions(List.of(), Optional.empty(), Optional.of("false"), Waits.limit());
    try (EarlyLink link = new EarlyLink(nobody, options)) {
      link.begin();
      assertThatThrownBy(link::take).isInstanceOf(ConnectionException.class);
      assertThatThrownBy(link::take).isInstanceOf(ConnectionException.class);
    }
  }
}
