package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.protocol.Reply;
import org.georep.protocol.Want;
import org.georep.replicator.apply.DataPhase;
import org.georep.replicator.apply.StepResult;
import org.georep.replicator.apply.StepResults;
import org.georep.replicator.crawl.ToList;
import org.georep.replicator.plan.DirtySet;
import org.georep.replicator.quarantine.Quarantine;
import org.georep.replicator.volume.PrimaryDirectory;
import org.georep.replicator.volume.PrimaryTree;
import org.georep.replicator.volume.PrimaryTrees;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes into quarantine and comes out. */
class FailuresTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private static Gfid directory(PrimaryTree tree, String name) throws Exception {
    PrimaryTree.Found root = tree.directory(tree.rootGfid());
    try (PrimaryDirectory top = ((PrimaryTree.Found.Inside) root).directory()) {
      return ((Want.Present) top.look(FileName.of(name))).state().gfid();
    }
  }

  private static StepResult refused(Gfid directory) {
    return StepResults.of(
        List.of(
            new Reply.Failure(Optional.empty(), Optional.of(directory), Errno.EACCES, "refused")),
        List.of());
  }

  private static StepResult listed(Gfid directory) {
    return StepResults.of(List.of(), List.of(directory));
  }

  /** As where georep is not root: nothing is opened by its handle. */
  private static Libc withoutHandles() {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    faulty.fail(FaultyLibc.method("openByHandleAt"), Errno.EPERM);
    return faulty.libc();
  }

  @Test
  void whatIsNotKnownOfIsNotTakenForGone() throws Exception {
    byte[] primary = sandbox.directory("p").toString().getBytes(StandardCharsets.UTF_8);
    Files.createDirectory(sandbox.path().resolve("p/d"));
    Files.writeString(sandbox.path().resolve("p/d/f"), "text");
    Path file = sandbox.path().resolve("quarantine");
    Libc libc = withoutHandles();
    Gfid f;
    Place place;
    try (PrimaryTree tree = PrimaryTrees.open(libc, primary, Clock.systemUTC());
        Quarantine quarantine = Quarantine.open(libc, file, Clock.systemUTC(), 100)) {
      Gfid d = directory(tree, "d");
      tree.learn(d, new Place(tree.rootGfid(), FileName.of("d")));
      PrimaryTree.Found found = tree.directory(d);
      try (PrimaryDirectory inside = ((PrimaryTree.Found.Inside) found).directory()) {
        f = ((Want.Present) inside.look(FileName.of("f"))).state().gfid();
      }
      place = new Place(d, FileName.of("f"));
      Failures failures = new Failures(tree, quarantine, new Meter(), Clock.systemUTC());
      failures.ended(
          new DataPhase.Ended(
              new FileJob(1, f, 4, -1, false),
              new Outcome.Failed(Errno.EACCES, "unreadable"),
              Set.of(place)));
      assertThat(quarantine.entries()).hasSize(1);
      assertThat(failures.oldestRecent()).isPresent();
    }
    try (PrimaryTree tree = PrimaryTrees.open(libc, primary, Clock.systemUTC());
        Quarantine quarantine = Quarantine.open(libc, file, Clock.systemUTC(), 100)) {
      assertThat(quarantine.entries().get(0).failure().place()).contains(place);
      Failures failures = new Failures(tree, quarantine, new Meter(), Clock.systemUTC());
      failures.retryAll();
      DirtySet dirty = new DirtySet();
      failures.retry(dirty, new ToList(), any -> false);
      assertThat(quarantine.entries()).as("nothing is known of it yet").hasSize(1);
      assertThat(dirty.names()).containsOnlyKeys(place.directory());
      assertThat(dirty.names().get(place.directory())).containsExactly(place.name());
    }
  }

  @Test
  void whatWasListedAfterAllIsListedWheneverItIsMissed() throws Exception {
    Libc libc = NativeLibc.instance();
    byte[] primary = sandbox.directory("p").toString().getBytes(StandardCharsets.UTF_8);
    Files.createDirectory(sandbox.path().resolve("p/d"));
    Quarantine quarantine =
        Quarantine.open(libc, sandbox.path().resolve("quarantine"), Clock.systemUTC(), 100);
    try (PrimaryTree tree = PrimaryTrees.open(libc, primary, Clock.systemUTC())) {
      Gfid d = directory(tree, "d");
      Failures failures = new Failures(tree, quarantine, new Meter(), Clock.systemUTC());
      failures.step(1, refused(d));
      assertThat(failures.isUnlistable(d)).isTrue();

      failures.step(2, listed(d));
      assertThat(failures.isUnlistable(d)).as("before a barrier").isFalse();
      failures.covered(2);
      assertThat(failures.isEmpty()).isTrue();
      assertThat(failures.isUnlistable(d)).isFalse();

      failures.step(3, refused(d));
      assertThat(failures.isUnlistable(d)).isTrue();
      quarantine.drop(any -> true);
      assertThat(failures.isUnlistable(d)).as("dropped: it is tried when next missed").isFalse();
    }
  }

  /** It, or one above it, may come back before limbo lets go of it. */
  @Test
  void whatIsOutsideForTheMomentIsDoubtedUntilThatIsDurable() throws Exception {
    Libc libc = NativeLibc.instance();
    assumeThat(libc.geteuid()).as("only root finds what is outside").isZero();
    byte[] primary = sandbox.directory("p").toString().getBytes(StandardCharsets.UTF_8);
    Files.createDirectory(sandbox.path().resolve("p/d"));
    try (PrimaryTree tree = PrimaryTrees.open(libc, primary, Clock.systemUTC());
        Quarantine quarantine =
            Quarantine.open(libc, sandbox.path().resolve("quarantine"), Clock.systemUTC(), 100)) {
      Gfid d = directory(tree, "d");
      Failures failures = new Failures(tree, quarantine, new Meter(), Clock.systemUTC());
      failures.step(1, refused(d));
      Files.move(sandbox.path().resolve("p/d"), sandbox.path().resolve("d"));
      failures.retryAll();
      DirtySet dirty = new DirtySet();
      failures.retry(dirty, new ToList(), any -> false);
      assertThat(dirty.doubts()).containsExactly(d);
      assertThat(failures.isEmpty()).isFalse();
      failures.step(2, StepResults.of(List.of(), List.of()));
      assertThat(failures.isRecovering()).isTrue();
      failures.covered(2);
      assertThat(failures.isEmpty()).isTrue();
    }
  }
}
