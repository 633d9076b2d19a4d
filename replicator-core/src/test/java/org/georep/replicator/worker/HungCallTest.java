package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real call that hangs: a FIFO that is opened for writing, and that nobody reads. */
final class HungCallTest {
  private static final Duration STEP = Duration.ofSeconds(1);

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final Libc libc = NativeLibc.instance();

  /** A thread in such a call. */
  private final class Hanging implements AutoCloseable {
    private final Path fifo = sandbox.path().resolve("fifo");
    private final Thread thread = new Thread(this::open, "hanging");

    Hanging() throws Exception {
      Program.check("mkfifo", fifo.toString());
      thread.start();
    }

    private void open() {
      byte[] path = fifo.toString().getBytes(StandardCharsets.UTF_8);
      try {
        libc.close(libc.openat(Linux.AT_FDCWD, path, Linux.O_WRONLY, 0));
      } catch (PosixException e) {
        throw new AssertionError(e);
      }
    }

    void release() throws IOException {
      if (thread.isAlive()) {
        try (RandomAccessFile reader = new RandomAccessFile(fifo.toFile(), "r")) {
          assertThat(reader).isNotNull();
          thread.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public void close() throws IOException {
      release();
    }
  }

  @Test
  void aCallThatHangsIsNoticedAndNamed() throws Exception {
    HungCall hung;
    try (Hanging hanging = new Hanging()) {
      hung = new HungCall(hanging.thread, other -> false);
      Waits.until("it has hung for three steps", () -> hung.look(STEP).toSeconds() >= 3);
      assertThat(hung.name()).contains("openat");
      assertThat(HungCall.canNotBeEnded()).as("a signal would wake it").isFalse();
    }
    assertThat(hung.look(STEP)).isZero();
    assertThat(hung.name()).isEmpty();
  }

  @Test
  void oneOfItsOwnThreadsCountsAsWell() throws Exception {
    try (Hanging hanging = new Hanging()) {
      HungCall hung = new HungCall(Thread.currentThread(), other -> other == hanging.thread);
      Waits.until("it has hung for a step", () -> hung.look(STEP).toSeconds() >= 1);
      HungCall others = new HungCall(Thread.currentThread(), other -> false);
      for (int i = 0; i < 10; i++) {
        assertThat(others.look(STEP)).isZero();
      }
    }
  }

  /** Always in the same place, like a listing of a large directory. */
  @Test
  void oneThatWorksDoesNotHang() throws Exception {
    AtomicLong calls = new AtomicLong();
    Thread working =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                try {
                  libc.statx(Linux.AT_FDCWD, new byte[] {'/'}, Linux.AT_SYMLINK_NOFOLLOW);
                } catch (PosixException e) {
                  throw new AssertionError(e);
                }
                calls.incrementAndGet();
              }
            });
    working.start();
    try {
      HungCall hung = new HungCall(working, other -> false);
      for (int i = 0; i < 100; i++) {
        assertThat(hung.look(STEP)).isZero();
        long before = calls.get();
        Waits.until("it has worked", () -> calls.get() > before + 10);
      }
    } finally {
      working.interrupt();
      working.join();
    }
  }

  @Test
  void oneThatWaitsDoesNotHang() throws Exception {
    Thread waiting =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                LockSupport.park();
              }
            });
    waiting.start();
    try {
      HungCall hung = new HungCall(waiting, other -> false);
      Waits.until("it waits", () -> waiting.getState() == Thread.State.WAITING);
      for (int i = 0; i < 10; i++) {
        assertThat(hung.look(STEP)).isZero();
      }
    } finally {
      waiting.interrupt();
      waiting.join();
    }
  }

  private Standstill standstill(
      Hanging hanging, Optional<Consumer<String>> kept, ConcurrentLinkedQueue<String> told) {
    return new Standstill(
        false,
        JournalDirectory.at(sandbox.path().resolve("journal")),
        kept,
        new HungCall(hanging.thread, other -> false),
        Duration.ofMillis(20),
        Clock.systemUTC(),
        told::add);
  }

  @Test
  void aWorkerThatIsKeptSaysSoAndEnds() throws Exception {
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<String> lastWords = new ConcurrentLinkedQueue<>();
    try (Hanging hanging = new Hanging();
        Standstill standstill = standstill(hanging, Optional.of(lastWords::add), told)) {
      Waits.until("it is told", () -> standstill.look().isPresent());
      assertThat(standstill.look().orElseThrow())
          .startsWith("The worker hangs in one call of the kernel (openat) since 2")
          .contains("is started anew");
      assertThat(told).hasSize(1);
      assertThat(lastWords).isEmpty();
      Waits.until(
          "it ends",
          () -> {
            standstill.look();
            return !lastWords.isEmpty();
          });
      assertThat(told).hasSize(2).last().isEqualTo(lastWords.peek());
      assertThat(lastWords.peek()).contains("(openat)", "dmesg");
    }
  }

  @Test
  void aStartThatHangsIsToldOf() throws Exception {
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<String> status = new ConcurrentLinkedQueue<>();
    try (Hanging hanging = new Hanging();
        StartWatch watch =
            StartWatch.begin(standstill(hanging, Optional.empty(), told), status::add)) {
      Waits.until("it is told again and again", () -> status.size() >= 2);
      assertThat(status.peek()).contains("(openat)");
      watch.stop();
      int last = status.size();
      hanging.release();
      assertThat(status).hasSize(last);
      assertThat(told).hasSize(1);
    }
  }

  @Test
  void oneThatNobodyKeepsIsToldOfOnly() throws Exception {
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    try (Hanging hanging = new Hanging();
        Standstill standstill = standstill(hanging, Optional.empty(), told)) {
      Waits.until("it is told", () -> standstill.look().isPresent());
      long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
      while (System.nanoTime() < end) {
        assertThat(standstill.look().orElseThrow()).doesNotContain("anew");
      }
      assertThat(List.copyOf(told)).hasSize(1);
      hanging.release();
      assertThat(standstill.look()).isEmpty();
    }
  }
}
