package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.posix.Errno;
import org.georep.posix.NativeLibc;
import org.georep.replicator.quarantine.QuarantineEntry;
import org.georep.replicator.quarantine.Subject;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.RunMode;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.georep.testing.TreeChurn;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The primary's disk fails at some calls, and then it does not any more. */
final class BrokenPrimaryTest {
  private static final RunMode ONCE =
      new RunMode(true, false, java.util.OptionalInt.empty(), false, false, false, false);

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
  private Path primary;
  private Path secondary;
  private TestSession session;

  @BeforeEach
  void make() {
    assumeThat(NativeLibc.instance().geteuid()).as("fanotify needs root").isZero();
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    session =
        TestSession.local(primary, sandbox.directory("state"), secondary, EngineChoice.AUTO)
            .primaryBy(faulty.libc());
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private interface Work {
    void run(TestSession.Running running, Future<?> run) throws Exception;
  }

  private void live(Work work) throws Exception {
    session.capture(CaptureWish.FANOTIFY);
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      awaitStime(run, Instant.now());
      work.run(running, run);
      running.worker().stop();
      run.get();
    }
  }

  private void awaitStime(Future<?> run, Instant moment) throws Exception {
    Waits.until(
        "stime passes " + moment,
        () -> {
          if (run.isDone()) {
            run.get();
          }
          return session.meter().stime().filter(stime -> stime.isAfter(moment)).isPresent();
        });
  }

  /** All is well again: what waits is tried now, and then everything is there. */
  private void mended(TestSession.Running running, Future<?> run) throws Exception {
    faulty.clear();
    Instant now = Instant.now();
    running.quarantine().retryAll();
    awaitStime(run, now);
    assertThat(running.quarantine().size()).isZero();
    InStep.check(primary, secondary);
  }

  private static Predicate<FaultyLibc.Call> oneIn(int many, long seed) {
    Random random = new Random(seed);
    Predicate<FaultyLibc.Call> onFiles =
        FaultyLibc.method("eventfd", "poll", "geteuid", "getegid", "close").negate();
    return call -> {
      synchronized (random) {
        return random.nextInt(many) == 0 && onFiles.test(call);
      }
    };
  }

  @Test
  void whateverFailsForAWhileEverythingArrives() throws Exception {
    long seed = Long.getLong("georep.test.seed", System.nanoTime());
    TreeChurn churn =
        new TreeChurn(
            NativeLibc.instance(), primary.toString().getBytes(StandardCharsets.UTF_8), seed);
    churn.run(200);
    live(
        (running, run) -> {
          for (int round = 0; round < 6; round += 2) {
            faulty.fail(oneIn(5 << round, seed + round), Errno.EIO);
            churn.run(150);
            // Nothing to wait for: what fails is not known, only that some of it does.
            Thread.sleep(300);
            try {
              mended(running, run);
            } catch (AssertionError e) {
              throw new AssertionError(churn + " in round " + round, e);
            }
          }
        });
  }

  /** The change is the file's, not the name's it was made by, which goes. */
  @Test
  void attributesThatCouldNotBeReadAreReadUnderTheOtherName() throws Exception {
    Path file = Files.writeString(primary.resolve("file"), "content");
    Files.createLink(primary.resolve("other"), file);
    live(
        (running, run) -> {
          // Not the root: a worker that cannot read that waits for it, and tries nothing else.
          faulty.fail(
              FaultyLibc.method("openByHandleAt", "openat2", "statx")
                  .and(FaultyLibc.path(primary.toString()).negate()),
              Errno.EIO);
          Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
          Waits.until("it fails", () -> running.quarantine().size() > 0);
          Files.delete(file);
          mended(running, run);
        });
  }

  /** Nobody would list it any more; and it has no name here by which to look for it. */
  @Test
  void aDirectoryThatFailedAndLeftTheVolumeIsForgotten() throws Exception {
    Path outside = sandbox.directory("outside");
    live(
        (running, run) -> {
          faulty.fail(FaultyLibc.method("list"), Errno.EIO);
          Files.createDirectory(primary.resolve("d"));
          Waits.until("it fails", () -> running.quarantine().size() > 0);
          assertThat(running.quarantine().entries().get(0).failure().path())
              .hasToString("Optional[d]");
          Files.move(primary.resolve("d"), outside.resolve("d"));
          mended(running, run);
        });
  }

  @Test
  void aNameInTheRootThatFailsIsShownWithItsPath() throws Exception {
    live(
        (running, run) -> {
          faulty.fail(FaultyLibc.path("f").and(FaultyLibc.method("openat")), Errno.EIO);
          Files.writeString(primary.resolve("f"), "content");
          Waits.until("it fails", () -> running.quarantine().size() > 0);
          assertThat(running.quarantine().entries())
              .anySatisfy(entry -> assertThat(entry.failure().path()).hasToString("Optional[f]"));
          mended(running, run);
        });
  }

  /** An agent started since would hear of the one under which the file happens to be found. */
  @Test
  void contentsThatFailHoldBackEveryNameThatWaitsForThem() throws Exception {
    live(
        (running, run) -> {
          faulty.fail(FaultyLibc.method("pread", "read", "copyFileRange", "lseek"), Errno.EIO);
          Path file = Files.writeString(sandbox.path().resolve("new"), "content");
          Files.createLink(sandbox.path().resolve("other"), file);
          Files.move(file, primary.resolve("new"));
          Files.move(sandbox.path().resolve("other"), primary.resolve("other"));
          Waits.until(
              "both names fail",
              () ->
                  running.quarantine().entries().stream()
                      .map(entry -> entry.failure().subject())
                      .filter(Subject.Name.class::isInstance)
                      .map(name -> ((Subject.Name) name).place().name().toString())
                      .collect(Collectors.toSet())
                      .equals(Set.of("new", "other")));
          mended(running, run);
        });
  }

  @Test
  void aPrimaryThatCannotBeReadIsNoEmptyOne() throws Exception {
    for (int i = 0; i < 1_200; i++) {
      Files.createDirectories(primary.resolve("data/d" + i / 100));
      Files.writeString(primary.resolve("data/d" + i / 100 + "/f" + i), "content " + i);
    }
    session.once();
    faulty.fail(FaultyLibc.path("data"), Errno.EIO);
    assertThatThrownBy(() -> session.run(ONCE))
        .isInstanceOf(GeorepException.class)
        .hasMessageContaining("EIO")
        .hasMessageContaining("Nothing was deleted");
    faulty.clear();
    session.once();
    InStep.check(primary, secondary);
  }

  @Test
  void aRootThatCannotBeReadForAWhileIsWaitedFor() throws Exception {
    live(
        (running, run) -> {
          faulty.fail(FaultyLibc.path(primary.toString()), Errno.EIO);
          Waits.until(
              "it is said",
              () ->
                  run.isDone()
                      || session.meter().fault().filter(why -> why.contains("EIO")).isPresent());
          assertThat(run.isDone()).isFalse();
          Files.writeString(primary.resolve("f"), "later");
          mended(running, run);
        });
  }

  /** No reason to take it for done, nor to let the others wait. */
  @Test
  void anErrorNobodyKnowsIsTriedAgainAndHoldsStimeBack() throws Exception {
    int unknown = 999;
    assertThat(Errno.name(unknown)).isEqualTo("errno " + unknown);
    live(
        (running, run) -> {
          faulty.fail(FaultyLibc.path("bad").and(FaultyLibc.method("openat")), unknown);
          Files.writeString(primary.resolve("bad"), "content");
          Instant written = Instant.now();
          Waits.until("it fails", () -> running.quarantine().size() > 0);
          Files.writeString(Files.createDirectory(primary.resolve("d")).resolve("good"), "good");
          Waits.until("it fails again", () -> mostTries(running) > 1);
          Waits.until("the other is there", () -> Files.exists(secondary.resolve("d/good")));
          long barriers = session.meter().barriers.get();
          Waits.until("barriers go on", () -> session.meter().barriers.get() > barriers + 1);
          assertThat(running.quarantine().entries())
              .anySatisfy(
                  entry -> {
                    assertThat(entry.failure().errno()).isEqualTo(unknown);
                    assertThat(entry.failure().path()).hasToString("Optional[bad]");
                  });
          assertThat(secondary.resolve("d/good")).hasContent("good");
          assertThat(secondary.resolve("bad")).doesNotExist();
          assertThat(session.meter().stime().orElseThrow()).isBefore(written);
          assertThat(session.meter().isInStep()).isFalse();
          assertThat(session.meter().filesSynced).as("the good one").hasValue(1);
          mended(running, run);
        });
  }

  private static long mostTries(TestSession.Running running) {
    return running.quarantine().entries().stream()
        .mapToLong(QuarantineEntry::tries)
        .max()
        .orElse(0);
  }
}
