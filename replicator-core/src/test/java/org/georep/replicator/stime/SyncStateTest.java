package org.georep.replicator.stime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.georep.changelog.journal.JournalPosition;
import org.junit.jupiter.api.Test;

final class SyncStateTest {
  private static final Instant STIME = Instant.parse("2026-02-03T04:05:06.7Z");
  private static final SyncState FORMER =
      new SyncState(
          Optional.of(STIME),
          Optional.of(JournalPosition.parse("3:1024")),
          Optional.of(UUID.randomUUID()));

  @Test
  void aLaterMarkMovesStime() {
    Optional<Instant> later = Optional.of(STIME.plusSeconds(1));
    assertThat(FORMER.moved(later, true)).isEqualTo(later);
    assertThat(FORMER.moved(Optional.of(STIME.minusSeconds(1)), false)).isEmpty();
    assertThat(SyncState.NONE.moved(later, true)).isEqualTo(later);
  }

  @Test
  void beforeTheFirstMarkThereIsNone() {
    assertThat(SyncState.NONE.moved(Optional.empty(), true)).isEmpty();
  }

  /** A position alone that moved hid that the secondary was restored to what it was before. */
  @Test
  void aSecondaryRestoredToBeforeThePositionMovedIsKnown() {
    Optional<Instant> moved = FORMER.moved(Optional.empty(), true);
    SyncState now = new SyncState(moved.or(FORMER::stime), FORMER.position(), FORMER.capture());
    assertThat(now.confirmedBy(Optional.of(STIME)).position()).isEmpty();
    assertThat(now.confirmedBy(moved)).isEqualTo(now);
  }
}
