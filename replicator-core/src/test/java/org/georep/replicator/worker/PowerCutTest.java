package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The secondary's disk as it is at random instants after stime moved, while the load goes on: all
 * that the stime on it claims is on it. Then one of them is what is left after a power cut, and the
 * replicator goes on from it, without a crawl.
 */
class PowerCutTest {
  private static final int CUTS = 5;

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  /** The same instants each time on one kind, and others each time on the other. */
  static Stream<Arguments> runs() {
    return Stream.of(
        arguments(LoopImage.Kind.EXT4, 5L),
        arguments(LoopImage.Kind.XFS, Long.getLong("georep.test.seed", System.nanoTime())));
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("runs")
  void theDiskHasWhatItsStimeClaims(LoopImage.Kind kind, long seed) throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.XFS);
    LoopImage.assumeAvailable(kind);
    System.out.println("seed of " + kind + ": " + seed + " (-Dgeorep.test.seed)");
    Random random = new Random(seed);
    Path primary = sandbox.directory("primary");
    Path state = sandbox.directory("state");
    try (CutImage image = new CutImage(kind, sandbox.path());
        CaptureProgram capture =
            new CaptureProgram(state.resolve("journal"), primary, CaptureWish.FANOTIFY);
        Load load = Load.on(primary, 8 + seed)) {
      assertThat(capture).isNotNull();
      Path secondary = image.mountPoint().resolve("copy");
      TestSession session =
          TestSession.local(primary, state, secondary, EngineChoice.AUTO)
              .capture(CaptureWish.FANOTIFY);
      Path last;
      Path kept = sandbox.path().resolve("stime-at-the-cut");
      try (Scene scene = new Scene(primary, secondary, session);
          Scene.Replicating replicating = scene.start()) {
        replicating.awaitInStep();
        int claimed = 0;
        for (int i = 0; i < CUTS; i++) {
          Optional<Instant> before = Load.stime(secondary);
          Waits.until("stime moves", () -> !Load.stime(secondary).equals(before));
          LockSupport.parkNanos(random.nextInt(600) * 1_000_000L);
          claimed += check(load, image, image.cut());
        }
        assertThat(claimed).as("entries claimed at cuts").isGreaterThan(CUTS * 20);
        // Ours is older than the secondary's, or of the same barrier: the agent has it first.
        Files.copy(state.resolve("stime"), kept, StandardCopyOption.REPLACE_EXISTING);
        last = image.cut();
      }
      Files.copy(kept, state.resolve("stime"), StandardCopyOption.REPLACE_EXISTING);
      image.goBackTo(last);
      Path running = secondary.resolve(".georep/running");
      assertThat(running).as("the sign of an unclean end").exists();
      Files.writeString(running, "00000000-0000-4000-8000-000000000000\n");
      try (Scene scene = new Scene(primary, secondary, session);
          Scene.Replicating replicating = scene.start()) {
        replicating.awaitInStep();
        load.end();
        replicating.awaitInStep();
        scene.assertInStep();
        assertThat(replicating.crawls()).as("crawls since the cut").isZero();
      }
    }
  }

  private static int check(Load load, CutImage image, Path clone) throws Exception {
    try (Load.Pause pause = load.pause();
        CutImage.Shown shown = image.show(clone)) {
      assertThat(pause).isNotNull();
      assertThat(shown).isNotNull();
      Path copy = image.shown().resolve("copy");
      return load.checkClaim(Load.stime(copy).orElseThrow(), copy);
    } finally {
      Files.delete(clone);
    }
  }
}
