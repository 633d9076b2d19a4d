package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.protocol.MinFree;
import org.georep.replicator.session.RunMode;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A secondary without room, on a real file system: what needs none goes on, the rest waits. */
final class FullSecondaryTest {
  private static final int MEBIBYTE = 1 << 20;

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Random random = new Random(7);
  private Path primary;
  private Path secondary;
  private TestSession session;

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private LoopImage image(EngineChoice engine) {
    LoopImage image = LoopImage.create(LoopImage.Kind.EXT4, sandbox.path(), 24);
    image.mount();
    primary = sandbox.directory("primary");
    secondary = image.mountPoint();
    session =
        TestSession.local(primary, sandbox.directory("state"), secondary, engine)
            .capture(CaptureWish.FANOTIFY);
    return image;
  }

  private void write(String name, int bytes) throws Exception {
    byte[] contents = new byte[bytes];
    random.nextBytes(contents);
    Files.createDirectories(primary.resolve(name).getParent());
    Files.write(primary.resolve(name), contents);
  }

  private static void until(Future<?> run, String what, Callable<Boolean> condition)
      throws Exception {
    // Hundreds of files are tried eight times each before they count as failed.
    Waits.until(
        what,
        Waits.scaled(Duration.ofMinutes(4)),
        () -> {
          if (run.isDone()) {
            run.get();
            throw new AssertionError("the worker ended before " + what);
          }
          return condition.call();
        });
  }

  private void awaitInStep(Future<?> run) throws Exception {
    Instant moment = Instant.now();
    until(
        run,
        "stime passes " + moment,
        () -> session.meter().stime().filter(stime -> stime.isAfter(moment)).isPresent());
    InStep.check(primary, secondary);
  }

  @ParameterizedTest
  @EnumSource(
      value = EngineChoice.class,
      names = {"AUTO", "RSYNC"})
  void aLargerPrimaryThatShrinksArrives(EngineChoice engine) throws Exception {
    try (LoopImage image = image(engine)) {
      assertThat(image.mountPoint()).isDirectory();
      for (int i = 0; i < 800; i++) {
        write("small/f" + i, 6000);
      }
      for (int i = 0; i < 10; i++) {
        write("big/f" + i, 2 * MEBIBYTE);
      }
      Instant before;
      try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
        Future<?> run = threads.submit(() -> running.worker().run());
        until(run, "room is short", () -> session.meter().trouble().isPresent());
        assertThat(session.meter().trouble().get()).contains("Free space there");
        until(run, "files wait in quarantine", () -> running.quarantine().size() > 0);
        running.worker().stop();
        run.get();
        before = Instant.now();
      }
      // The next agent starts on a disk that is full to the last block.
      fill(image.mountPoint().resolve("lost+found/ballast"));
      try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
        Future<?> run = threads.submit(() -> running.worker().run());
        until(run, "a barrier is durable", () -> session.meter().heartbeat().isPresent());
        assertThat(session.meter().stime().filter(stime -> stime.isAfter(before))).isEmpty();
        long crawls = session.meter().crawls.get();
        for (int i = 0; i < 10; i++) {
          Files.delete(primary.resolve("big/f" + i));
        }
        Files.move(primary.resolve("small"), primary.resolve("renamed"));
        awaitInStep(run);
        assertThat(running.quarantine().size()).isZero();
        assertThat(session.meter().trouble()).isEmpty();
        assertThat(session.meter().fault()).isEmpty();
        assertThat(session.meter().crawls.get()).isLessThanOrEqualTo(Math.max(1, crawls));
        running.worker().stop();
        run.get();
      }
    }
  }

  @Test
  void whatOthersFilledAndFreedIsSurvivedWithoutACrawl() throws Exception {
    try (LoopImage image = image(EngineChoice.AUTO)) {
      for (int i = 0; i < 200; i++) {
        write("a/f" + i, 6000);
      }
      try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
        Future<?> run = threads.submit(() -> running.worker().run());
        awaitInStep(run);
        Path ballast = image.mountPoint().resolve("lost+found/ballast");
        fill(ballast);
        write("a/new", MEBIBYTE);
        Files.createDirectory(primary.resolve("made"));
        write("made/inside", 10);
        Files.delete(primary.resolve("a/f1"));
        Files.move(primary.resolve("a/f2"), primary.resolve("a/moved"));
        until(run, "a/f1 goes", () -> !Files.exists(secondary.resolve("a/f1")));
        until(run, "a/f2 moves", () -> Files.exists(secondary.resolve("a/moved")));
        until(run, "room is short", () -> session.meter().trouble().isPresent());
        until(run, "failures wait", () -> running.quarantine().size() > 0);
        Files.delete(ballast);
        awaitInStep(run);
        assertThat(session.meter().fault()).isEmpty();
        assertThat(session.meter().crawls.get()).isEqualTo(1);
        running.worker().stop();
        run.get();
      }
    }
  }

  @Test
  void aRunThatEndsDoesNotWaitForRoom() throws Exception {
    try (LoopImage image = image(EngineChoice.AUTO)) {
      for (int i = 0; i < 14; i++) {
        write("big/f" + i, 2 * MEBIBYTE);
      }
      assertThat(image.mountPoint()).isEqualTo(secondary);
      session.once();
      assertThat(session.meter().failures.get()).isPositive();
    }
  }

  /** Leaves no block. */
  @Test
  void whatIsToStayFreeStaysFree() throws Exception {
    try (LoopImage image = image(EngineChoice.AUTO)) {
      assertThat(image.mountPoint()).isDirectory();
      session.minFree(new MinFree(0, MinFree.WHOLE / 2));
      write("a/f0", MEBIBYTE);
      FileStore store = Files.getFileStore(secondary);
      try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
        Future<?> run = threads.submit(() -> running.worker().run());
        int made = 1;
        while (session.meter().trouble().isEmpty()) {
          awaitInStep(run);
          write("a/f" + made, MEBIBYTE);
          made++;
          assertThat(made).isLessThan(20);
          Path arrived = secondary.resolve("a/f" + (made - 1));
          until(
              run,
              "it arrives or waits",
              () -> Files.exists(arrived) || session.meter().trouble().isPresent());
        }
        assertThat(session.meter().trouble().get()).contains("min-free wants");
        write("a/more", MEBIBYTE);
        until(run, "files wait in quarantine", () -> running.quarantine().size() > 0);
        // What was on its way when room became short still arrived.
        assertThat(store.getUsableSpace()).isGreaterThan(store.getTotalSpace() / 2 - 4L * MEBIBYTE);
        assertThat(secondary.resolve(".georep/reserve")).exists();
        for (int i = 2; i < made; i++) {
          Files.delete(primary.resolve("a/f" + i));
        }
        awaitInStep(run);
        assertThat(secondary.resolve("a/more")).hasSize(MEBIBYTE);
        running.worker().stop();
        run.get();
      }
    }
  }

  private static void fill(Path file) throws Exception {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      for (int size = MEBIBYTE; size >= 4096; size /= 2) {
        byte[] more = new byte[size];
        boolean room = true;
        while (room) {
          try {
            out.write(more);
          } catch (java.io.IOException e) {
            room = false;
          }
        }
      }
    }
  }
}
