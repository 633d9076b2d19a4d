package org.georep.replicator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.georep.changelog.journal.JournalPosition;
import org.georep.name.Gfid;
import org.junit.jupiter.api.Test;

final class BatchLedgerTest {
  private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");
  private static final Gfid DIRECTORY = Gfid.of(new byte[] {1});

  private final BatchLedger ledger = new BatchLedger();

  private void add(long batch, long position, Gfid... listed) {
    ledger.add(
        batch,
        T.plusSeconds(batch),
        Optional.of(new BatchLedger.Reached(new JournalPosition(1, position), Optional.empty())),
        Optional.of(T.plusSeconds(100 + batch)),
        List.of(listed));
  }

  @Test
  void nothingIsClaimedBeforeItsContentsAreIn() {
    add(1, 10);
    ledger.settle();
    assertThat(ledger.claim(0)).isEmpty();
    BatchLedger.Claim claim = ledger.claim(1).orElseThrow();
    assertThat(claim.reached().map(BatchLedger.Reached::position))
        .contains(new JournalPosition(1, 10));
    assertThat(claim.mark()).contains(T.plusSeconds(101));
  }

  @Test
  void aBatchIsCoveredWithTheListingsThatWereLeft() {
    add(1, 10, DIRECTORY);
    ledger.claimed(ledger.claim(1).orElseThrow());
    assertThat(ledger.covered()).isZero();
    add(2, 20);
    ledger.settle();
    ledger.claimed(ledger.claim(2).orElseThrow());
    assertThat(ledger.covered()).isEqualTo(2);
  }

  @Test
  void positionAndMarkWaitForTheListingsThatAreLeft() {
    add(1, 10, DIRECTORY);
    BatchLedger.Claim unsettled = ledger.claim(1).orElseThrow();
    assertThat(unsettled.reached()).isEmpty();
    assertThat(unsettled.mark()).isEmpty();
    assertThat(unsettled.listed()).containsExactly(DIRECTORY);
    ledger.claimed(unsettled);
    assertThat(ledger.claim(1)).isEmpty();
    add(2, 20);
    ledger.settle();
    BatchLedger.Claim settled = ledger.claim(2).orElseThrow();
    assertThat(settled.reached().map(BatchLedger.Reached::position))
        .contains(new JournalPosition(1, 20));
    assertThat(settled.listed()).isEmpty();
  }

  @Test
  void aLateContentHoldsOnlyWhatComesAfterIt() {
    add(1, 10);
    ledger.settle();
    add(2, 20);
    ledger.settle();
    add(3, 30);
    ledger.settle();
    assertThat(ledger.claim(2).orElseThrow().reached().map(BatchLedger.Reached::position))
        .contains(new JournalPosition(1, 20));
    ledger.claimed(ledger.claim(2).orElseThrow());
    assertThat(ledger.claim(2)).isEmpty();
    assertThat(ledger.claimed()).isLessThan(ledger.newest());
    assertThat(ledger.claim(3).orElseThrow().reached().map(BatchLedger.Reached::position))
        .contains(new JournalPosition(1, 30));
    ledger.claimed(ledger.claim(3).orElseThrow());
    assertThat(ledger.claimed()).isEqualTo(ledger.newest());
    assertThat(ledger.isSettled()).isTrue();
  }

  @Test
  void aBatchHeldByAGapMovesNothing() {
    ledger.add(1, T, Optional.empty(), Optional.empty(), List.of());
    ledger.settle();
    BatchLedger.Claim claim = ledger.claim(1).orElseThrow();
    assertThat(claim.reached()).isEmpty();
    assertThat(claim.mark()).isEmpty();
  }

  @Test
  void aBatchSettledByALaterOneWaitsForThatOnesContents() {
    add(1, 10);
    add(2, 20);
    ledger.settle();
    assertThat(ledger.claim(1).orElseThrow().mark()).isEmpty();
    ledger.claimed(ledger.claim(1).orElseThrow());
    assertThat(ledger.claim(1)).isEmpty();
    assertThat(ledger.claim(2).orElseThrow().mark()).contains(T.plusSeconds(102));
  }

  @Test
  void limboLetsGoOfWhatWasLookedForBeforeTheMark() {
    add(1, 10);
    add(2, 20);
    add(3, 30);
    assertThat(ledger.discardable(T.plusSeconds(1), 3)).isEqualTo(-1);
    assertThat(ledger.discardable(T.plusSeconds(3), 3)).isEqualTo(2);
    assertThat(ledger.discardable(T.plusSeconds(9), 2)).isEqualTo(-1);
    assertThat(ledger.discardable(T.plusSeconds(9), 3)).isEqualTo(3);
  }
}
