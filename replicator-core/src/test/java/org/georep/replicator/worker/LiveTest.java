package org.georep.replicator.worker;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.posix.NativeLibc;
import org.georep.replicator.session.RunMode;
import org.georep.testing.Sandbox;
import org.georep.testing.TreeChurn;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Keeps a secondary in step while the primary is changed. stime is believed: once past a moment,
 * everything before it is there.
 */
final class LiveTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Path primary;
  private Path secondary;
  private TestSession session;

  /** The best this user has. */
  private void make() {
    make(NativeLibc.instance().geteuid() == 0 ? CaptureWish.FANOTIFY : CaptureWish.INOTIFY);
  }

  private void make(CaptureWish wish) {
    if (wish == CaptureWish.FANOTIFY) {
      assumeThat(NativeLibc.instance().geteuid()).as("fanotify needs root").isZero();
    }
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    session =
        TestSession.local(primary, sandbox.directory("state"), secondary, EngineChoice.AUTO)
            .capture(wish);
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
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

  private void assertInStep() throws Exception {
    InStep.check(primary, secondary);
  }

  @ParameterizedTest
  @EnumSource(
      value = CaptureWish.class,
      names = {"FANOTIFY", "INOTIFY"})
  void randomChangesArrive(CaptureWish wish) throws Exception {
    make(wish);
    long seed = Long.getLong("georep.test.seed", System.nanoTime());
    TreeChurn churn =
        new TreeChurn(
            NativeLibc.instance(), primary.toString().getBytes(StandardCharsets.UTF_8), seed);
    if (wish == CaptureWish.INOTIFY) {
      // Changed under one name that then goes, a file shows no event under its others.
      churn.without(TreeChurn.Step.LINK, TreeChurn.Step.COPY_LINKED);
    }
    churn.run(300);
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      for (int round = 0; round < 5; round++) {
        churn.run(200);
        awaitStime(run, Instant.now());
        try {
          assertInStep();
        } catch (AssertionError e) {
          throw new AssertionError(churn + "\n" + String.join("\n", churn.log()), e);
        }
      }
      running.worker().stop();
      run.get();
    }
  }

  @Test
  void aDirectorysTimesArrive() throws Exception {
    make();
    Files.createDirectories(primary.resolve("a/b/c"));
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      awaitStime(run, Instant.now());
      for (String time : new String[] {"1901-02-03T04:05:06Z", "2069-04-08T06:47:18.477554036Z"}) {
        Files.setLastModifiedTime(
            primary.resolve("a/b"), java.nio.file.attribute.FileTime.from(Instant.parse(time)));
        awaitStime(run, Instant.now());
        assertInStep();
      }
      running.worker().stop();
      run.get();
    }
  }
}
