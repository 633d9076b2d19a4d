package org.georep.replicator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;

final class DataPhaseTest {
  private final AtomicInteger wakes = new AtomicInteger();
  private final List<Outcome.Published> arrived = new ArrayList<>();
  private final DataPhase contents = new DataPhase(wakes::incrementAndGet, arrived::add);

  private static FileJob job(long batch, int file) {
    return new FileJob(batch, Gfid.of(new byte[] {(byte) file}), 100, -1, false);
  }

  @Test
  void aBatchIsDoneWhenNothingOfItOrBeforeItIsOutstanding() {
    contents.take(List.of(job(1, 1), job(2, 2)));
    contents.ended(job(2, 2), new Outcome.Published(100));
    assertThat(arrived).as("told before anybody asks").containsExactly(new Outcome.Published(100));
    assertThat(contents.doneUpTo(2)).isZero();
    contents.ended(job(1, 1), new Outcome.Gone());
    assertThat(arrived).hasSize(1);
    assertThat(contents.doneUpTo(2)).isEqualTo(2);
    assertThat(contents.drainEnded()).hasSize(2);
    assertThat(contents.files()).isZero();
    assertThat(contents.bytes()).isZero();
    assertThat(wakes).hasValue(2);
  }

  @Test
  void aFileAskedForWhileUnderWayIsSentAgainAndHoldsBothBatches() throws Exception {
    assertThat(contents.take(List.of(job(1, 1)))).hasSize(1);
    assertThat(contents.take(List.of(job(2, 1)))).isEmpty();
    contents.ended(job(1, 1), new Outcome.Published(100));
    assertThat(contents.doneUpTo(2)).isEqualTo(1);
    List<FileJob> due = new ArrayList<>();
    Waits.until("the file is handed on again", () -> due.addAll(contents.due()));
    assertThat(due).containsExactly(job(2, 1));
    contents.ended(job(2, 1), new Outcome.Published(100));
    assertThat(contents.doneUpTo(2)).isEqualTo(2);
  }

  @Test
  void namesLookedAtAfterItFailedWaitForItToo() {
    Place first = new Place(Gfid.of(new byte[] {9}), FileName.of("first"));
    Place second = new Place(Gfid.of(new byte[] {9}), FileName.of("second"));
    contents.awaited(job(1, 1).gfid(), Set.of(first));
    contents.take(List.of(job(1, 1), job(1, 2)));
    contents.ended(job(1, 1), new Outcome.Failed(5, "unreadable"));
    contents.ended(job(1, 2), new Outcome.Gone());
    contents.awaitedToo(job(1, 1).gfid(), Set.of(first, second));
    List<DataPhase.Ended> ended = contents.drainEnded();
    assertThat(ended).hasSize(2);
    assertThat(ended.get(0).names()).containsExactlyInAnyOrder(first, second);
    assertThat(ended.get(1).names()).isEmpty();
  }

  @Test
  void aChangedFileStaysOutstandingAndIsTriedAgain() throws Exception {
    contents.take(List.of(job(1, 1)));
    contents.ended(job(1, 1), new Outcome.Changed());
    assertThat(contents.doneUpTo(1)).isZero();
    assertThat(contents.drainEnded()).isEmpty();
    List<FileJob> due = new ArrayList<>();
    Waits.until("its pause is over", () -> due.addAll(contents.due()));
    assertThat(due).containsExactly(job(1, 1));
  }

  @Test
  void whatWaitsForItsTurnGoesAsWhatWasAskedForSince() throws Exception {
    contents.take(List.of(job(1, 1)));
    contents.ended(job(1, 1), new Outcome.Changed());
    assertThat(contents.take(List.of(job(2, 1)))).isEmpty();
    List<FileJob> due = new ArrayList<>();
    Waits.until("its pause is over", () -> due.addAll(contents.due()));
    assertThat(due).containsExactly(job(2, 1));
    assertThat(contents.doneUpTo(2)).isEqualTo(1);
    contents.ended(job(2, 1), new Outcome.Published(100));
    assertThat(contents.doneUpTo(2)).isEqualTo(2);
    assertThat(contents.bytes()).isZero();
  }

  @Test
  void whatWasAskedForBetweenIsOutstandingUntilContentsReadAfterItArrive() throws Exception {
    contents.take(List.of(job(1, 1)));
    assertThat(contents.take(List.of(job(2, 1)))).isEmpty();
    assertThat(contents.take(List.of(job(5, 1)))).isEmpty();
    contents.ended(job(1, 1), new Outcome.Published(100));
    assertThat(contents.doneUpTo(5)).as("what was asked for in batch 2").isEqualTo(1);
    assertThat(due()).containsExactly(job(5, 1));
    contents.ended(job(5, 1), new Outcome.Published(100));
    assertThat(contents.doneUpTo(5)).isEqualTo(5);
  }

  @Test
  void whatDidNotArriveIsOutstandingThoughItWasAskedForAgain() throws Exception {
    for (Outcome outcome :
        List.of(new Outcome.Retry("link lost"), new Outcome.Failed(5, "input/output error"))) {
      contents.take(List.of(job(1, 1)));
      contents.take(List.of(job(2, 1)));
      contents.ended(job(1, 1), outcome);
      assertThat(contents.doneUpTo(2)).as("%s", outcome).isZero();
      assertThat(due()).containsExactly(job(2, 1));
      assertThat(contents.doneUpTo(2)).as("%s", outcome).isZero();
      contents.ended(job(2, 1), new Outcome.Published(100));
      assertThat(contents.doneUpTo(2)).isEqualTo(2);
      assertThat(contents.bytes()).isZero();
      contents.drainEnded();
    }
  }

  /** The look that follows may ask for it again, or for the listing that finds it. */
  @Test
  void whatIsGoneFromWhereItWasLookedForIsOutstandingUntilThatIsSearched() {
    contents.sought(job(1, 1).gfid(), Set.of(place(1)));
    contents.awaited(job(1, 1).gfid(), Set.of(place(2)));
    contents.take(List.of(job(1, 1), job(2, 2)));
    contents.ended(job(1, 1), new Outcome.Gone());
    contents.ended(job(2, 2), new Outcome.Gone());
    assertThat(contents.files()).isZero();
    contents.searched();
    assertThat(contents.doneUpTo(2)).as("nobody was told of it").isZero();
    assertThat(contents.drainEnded())
        .extracting(DataPhase.Ended::names)
        .containsExactly(Set.of(place(2), place(1)), Set.of());
    assertThat(contents.doneUpTo(2)).isZero();
    contents.take(List.of(job(3, 1)));
    contents.searched();
    assertThat(contents.doneUpTo(3)).as("found, and on its way").isZero();
    contents.ended(job(3, 1), new Outcome.Gone());
    contents.drainEnded();
    contents.searched();
    assertThat(contents.doneUpTo(3)).isEqualTo(3);
  }

  @Test
  void whatWasLostHoldsItsBatchThoughItWasAskedForAgain() throws Exception {
    contents.sought(job(1, 1).gfid(), Set.of(place(1)));
    contents.take(List.of(job(1, 1)));
    contents.take(List.of(job(2, 1)));
    contents.ended(job(1, 1), new Outcome.Gone());
    assertThat(contents.doneUpTo(2)).isZero();
    assertThat(due()).containsExactly(job(2, 1));
    contents.ended(job(2, 1), new Outcome.Published(100));
    assertThat(contents.doneUpTo(2)).isEqualTo(2);
  }

  @Test
  void attributesThatWereLookedForInVainHoldTheirBatch() {
    contents.missed(4);
    assertThat(contents.doneUpTo(6)).isEqualTo(3);
    contents.searched();
    assertThat(contents.doneUpTo(6)).isEqualTo(6);
  }

  private static Place place(int number) {
    return new Place(Gfid.of(new byte[] {9}), FileName.of("f" + number));
  }

  @Test
  void aFailureCountsAsOutstandingUntilItIsNoted() {
    contents.take(List.of(job(1, 1)));
    contents.ended(job(1, 1), new Outcome.Failed(5, "input/output error"));
    assertThat(contents.files()).isZero();
    assertThat(contents.doneUpTo(1)).isZero();
    assertThat(contents.drainEnded()).hasSize(1);
    assertThat(contents.doneUpTo(1)).isEqualTo(1);
  }

  @Test
  void aFileThatFailsAndIsAskedForWithoutEndEndsAsAFailure() throws Exception {
    contents.take(List.of(job(1, 1)));
    FileJob next = job(1, 1);
    int batch = 2;
    while (contents.files() > 0) {
      assertThat(batch).isLessThan(20);
      contents.take(List.of(job(batch++, 1)));
      contents.ended(next, new Outcome.Failed(5, "input/output error"));
      if (contents.files() > 0) {
        next = due().get(0);
      }
    }
    assertThat(contents.drainEnded()).hasSize(1);
    assertThat(contents.doneUpTo(batch)).isEqualTo(batch);
    assertThat(contents.bytes()).isZero();
  }

  private List<FileJob> due() throws Exception {
    List<FileJob> due = new ArrayList<>();
    Waits.until("its pause is over", () -> due.addAll(contents.due()));
    return due;
  }

  @Test
  void aPassingFailureThatDoesNotPassEndsAsAFailure() throws Exception {
    contents.take(List.of(job(1, 1)));
    List<FileJob> due = new ArrayList<>(List.of(job(1, 1)));
    while (contents.files() > 0) {
      contents.ended(due.remove(0), new Outcome.Retry("no space"));
      if (contents.files() > 0) {
        Waits.until("its pause is over", () -> due.addAll(contents.due()));
      }
    }
    List<DataPhase.Ended> ended = contents.drainEnded();
    assertThat(ended).hasSize(1);
    assertThat(ended.get(0).outcome()).isEqualTo(new Outcome.Failed(0, "no space"));
    assertThat(contents.doneUpTo(1)).isEqualTo(1);
  }

  @Test
  void attributesLookedAtWhileContentsAreUnderWayAreLookedAtAgain() {
    contents.take(List.of(job(1, 1), job(1, 2)));
    contents.looked(job(1, 1).gfid());
    contents.looked(job(1, 3).gfid());
    assertThat(contents.drainTouched()).isEmpty();
    contents.ended(job(1, 1), new Outcome.Published(100));
    contents.ended(job(1, 2), new Outcome.Published(100));
    assertThat(contents.drainTouched()).containsExactly(job(1, 1).gfid());
  }
}
