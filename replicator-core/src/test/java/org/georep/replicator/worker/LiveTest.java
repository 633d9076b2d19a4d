package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.posix.NativeLibc;
import org.georep.replicator.session.FilterLine;
import org.georep.replicator.session.RunMode;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
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
  void aRunOfTwoTurnsEndsInStepAfterTheSecondChange() throws Exception {
    make(CaptureWish.INOTIFY);
    Files.writeString(primary.resolve("first"), "1");
    RunMode turns = new RunMode(false, false, OptionalInt.of(2), false, false, false, false);
    try (TestSession.Running running = session.start(turns)) {
      Future<Pipeline.End> run = threads.submit(() -> running.worker().run());
      Waits.until("one turn is done", () -> session.meter().turns.get() == 1);
      Instant later = Instant.now();
      awaitStime(run, later); // heartbeats are no turns
      assertThat(run.isDone()).isFalse();
      Files.writeString(primary.resolve("second"), "2");
      assertThat(run.get()).isEqualTo(Pipeline.End.IN_STEP);
      assertThat(session.meter().turns.get()).isEqualTo(2);
      assertInStep();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = CaptureWish.class,
      names = {"FANOTIFY", "INOTIFY"})
  void aRenameShowsWhatAFilterLeftOutBelowTheFormerName(CaptureWish wish) throws Exception {
    make(wish);
    session.filter(List.of(FilterLine.parseText("- /a/x/tmp")));
    Files.createDirectories(primary.resolve("a/x/tmp/deep"));
    Files.writeString(primary.resolve("a/x/tmp/deep/f"), "text");
    Files.writeString(primary.resolve("a/x/g"), "text");
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      awaitStime(run, Instant.now());
      assertThat(secondary.resolve("a/x/g")).exists();
      assertThat(secondary.resolve("a/x/tmp")).doesNotExist();
      Files.move(primary.resolve("a"), primary.resolve("b"));
      awaitStime(run, Instant.now());
      assertInStep();
      running.worker().stop();
      run.get();
    }
  }

  /** Put back within the seconds for which its former name is kept, it is not made anew. */
  @Test
  void aDirectoryThatWasLeftOutForAWhileIsSeenAgain() throws Exception {
    make();
    session.filter(List.of(FilterLine.parseText("- *.part")));
    Files.createDirectories(primary.resolve("d"));
    Files.writeString(primary.resolve("d/old"), "text");
    Files.createDirectories(primary.resolve("d/sub"));
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      awaitStime(run, Instant.now());
      assertThat(secondary.resolve("d/old")).exists();
      Files.move(primary.resolve("d"), primary.resolve("d.part"));
      Waits.until("it is gone there", () -> !Files.exists(secondary.resolve("d")));
      Files.delete(primary.resolve("d.part/old"));
      Files.writeString(primary.resolve("d.part/new"), "text");
      Files.writeString(primary.resolve("d.part/sub/new"), "text");
      Files.createFile(primary.resolve("mark"));
      Waits.until("that was read", () -> Files.exists(secondary.resolve("mark")));
      Files.move(primary.resolve("d.part"), primary.resolve("d"));
      awaitStime(run, Instant.now());
      assertInStep();
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

  @Test
  void stimeStaysBeforeAChangeThatFails() throws Exception {
    make(CaptureWish.FANOTIFY);
    Files.createDirectories(primary.resolve("locked"));
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      awaitStime(run, Instant.now());
      Path covered = Files.createDirectory(secondary.resolve("locked/f"));
      List<String> mount = List.of("mount", "-t", "tmpfs", "none", covered.toString());
      assumeThat(Program.run(mount).exitCode()).as("mounts need root").isZero();
      Instant changed;
      try {
        Files.writeString(primary.resolve("locked/f"), "not to be had");
        changed = Instant.now();
        Waits.until("it fails", () -> running.quarantine().size() > 0);
        Instant failed = Instant.now();
        Waits.until(
            "a later mark goes the whole way",
            () -> session.meter().heartbeat().filter(mark -> mark.isAfter(failed)).isPresent());
        assertThat(session.meter().stime().orElseThrow()).isBefore(changed);
      } finally {
        Program.check("umount", covered.toString());
      }
      awaitStime(run, changed);
      assertInStep();
      running.worker().stop();
      run.get();
    }
  }

  @Test
  void whatFailedStaysInQuarantineUntilItIsDurable() throws Exception {
    make(CaptureWish.FANOTIFY);
    session.bandwidth("200KiB");
    Files.createDirectories(primary.resolve("locked"));
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      awaitStime(run, Instant.now());
      Path copy = secondary.resolve("locked/f");
      Path covered = Files.createDirectory(copy);
      List<String> mount = List.of("mount", "-t", "tmpfs", "none", covered.toString());
      assumeThat(Program.run(mount).exitCode()).as("mounts need root").isZero();
      byte[] contents = new byte[600_000];
      new Random(1).nextBytes(contents);
      try {
        Files.write(primary.resolve("locked/f"), contents);
        Waits.until("it fails", () -> running.quarantine().size() > 0);
      } finally {
        Program.check("umount", covered.toString());
      }
      running.quarantine().retryAll();
      Instant changed = Instant.now();
      Waits.until(
          "it is not in quarantine any more",
          () -> {
            if (running.quarantine().size() > 0) {
              return false;
            }
            // Contents take seconds, and are not there when their name was looked at again.
            assertThat(copy).isRegularFile();
            return true;
          });
      awaitStime(run, changed);
      assertInStep();
      running.worker().stop();
      run.get();
    }
  }

  @Test
  void aSecondaryThatIsReadOnlyForAWhileIsWaitedFor() throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.EXT4);
    make(CaptureWish.FANOTIFY);
    try (LoopImage image = LoopImage.mounted(LoopImage.Kind.EXT4, sandbox.directory("image"))) {
      secondary = image.mountPoint().resolve("secondary");
      session =
          TestSession.local(primary, sandbox.directory("state"), secondary, EngineChoice.AUTO)
              .capture(CaptureWish.FANOTIFY);
      try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
        Future<?> run = threads.submit(() -> running.worker().run());
        awaitStime(run, Instant.now());
        String mount = image.mountPoint().toString();
        Waits.until(
            "nothing there is open for writing",
            () -> {
              ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
              return Program.run(List.of("mount", "-o", "remount,ro", mount)).exitCode() == 0;
            });
        Files.writeString(primary.resolve("f"), "later");
        Waits.until(
            "the secondary refuses",
            () ->
                run.isDone()
                    || session.meter().fault().filter(why -> why.contains("EROFS")).isPresent());
        Program.check("mount", "-o", "remount,rw", mount);
        awaitStime(run, Instant.now());
        assertInStep();
        running.worker().stop();
        run.get();
      }
    }
  }

  @Test
  void aRenamedDirectoryKeepsItsInodes() throws Exception {
    make();
    Files.createDirectory(primary.resolve("before"));
    for (int i = 0; i < 1000; i++) {
      Files.writeString(primary.resolve("before/f" + i), "contents " + i);
    }
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      awaitStime(run, Instant.now());
      Object inode = Files.getAttribute(secondary.resolve("before/f7"), "unix:ino");
      long sent = session.meter().filesSynced.get();
      Files.move(primary.resolve("before"), primary.resolve("after"));
      awaitStime(run, Instant.now());
      assertInStep();
      assertThat(Files.getAttribute(secondary.resolve("after/f7"), "unix:ino")).isEqualTo(inode);
      assertThat(session.meter().filesSynced.get()).isEqualTo(sent);
      running.worker().stop();
      run.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
