package org.georep.changelog.capture.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalHeldException;
import org.georep.changelog.journal.JournalSettings;
import org.georep.changelog.journal.StartAt;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Capture in a JVM of its own, stopped and killed. */
class CaptureProcessTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  @TempDir Path journal;

  @Test
  void aKilledProcessIsNoticedAndItsSuccessorIsFound() throws Exception {
    JournalDirectory directory = JournalDirectory.at(journal);
    Process first = start();
    try (CaptureFeed feed = attach(directory)) {
      assertThat(feed.hosted()).isFalse();
      assertThat(feed.sourceName()).isEqualTo("fake");
      List<ChangeRecord> read = read(feed, 100);
      assertThat(read.get(0)).isInstanceOf(ChangeRecord.Started.class);
      assertThat(read).filteredOn(ChangeRecord.Started.class::isInstance).hasSize(1);
      first.toHandle().destroyForcibly();
      first.waitFor();
      while (feed.await(LONG)) {
        feed.reader().next();
      }
      assertThat(feed.alive()).isFalse();
      assertThat(feed.coverage()).isZero();
      Process second = start();
      try {
        feed.recover(LONG);
        assertThat(feed.hosted()).isFalse();
        List<ChangeRecord> after = read(feed, 100);
        assertThat(after).filteredOn(ChangeRecord.Started.class::isInstance).hasSize(1);
        assertThat(after).noneMatch(ChangeRecord.Gap.class::isInstance);
        assertThatThrownBy(
                () ->
                    CaptureHost.start(
                        directory, JournalSettings.DEFAULT, FakeSource::new, Clock.systemUTC()))
            .isInstanceOf(JournalHeldException.class);
      } finally {
        second.toHandle().destroyForcibly();
        second.waitFor();
      }
    } finally {
      first.toHandle().destroyForcibly();
    }
  }

  @Test
  void stopEndsItCleanly() throws Exception {
    JournalDirectory directory = JournalDirectory.at(journal);
    FakeSource source = new FakeSource();
    CaptureProcess process =
        new CaptureProcess(directory, JournalSettings.DEFAULT, () -> source, Clock.systemUTC());
    CountDownLatch started = new CountDownLatch(1);
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                process.run(started::countDown);
              } catch (IOException | InterruptedException e) {
                failure.set(e);
              }
            });
    thread.start();
    assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
    process.stop();
    thread.join();
    assertThat(failure).hasNullValue();
    assertThat(source.closed()).isTrue();
  }

  @Test
  void aSourceThatFailsEndsItWithTheReason() {
    FakeSource source = new FakeSource();
    source.fail();
    CaptureProcess process =
        new CaptureProcess(
            JournalDirectory.at(journal), JournalSettings.DEFAULT, () -> source, Clock.systemUTC());
    assertThatThrownBy(() -> process.run(() -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("made to fail");
  }

  private static CaptureFeed attach(JournalDirectory directory) throws Exception {
    return CaptureFeed.attach(
        directory,
        JournalSettings.DEFAULT,
        "a",
        new StartAt.Acknowledged(),
        () -> {
          throw new IOException("not to be hosted here");
        },
        Clock.systemUTC(),
        LONG);
  }

  /** Reads so many records, marks left out. */
  private static List<ChangeRecord> read(CaptureFeed feed, int count) throws Exception {
    List<ChangeRecord> read = new ArrayList<>();
    while (read.size() < count) {
      Optional<JournalRecord> next = feed.reader().next();
      if (next.isEmpty()) {
        assertThat(feed.await(LONG)).isTrue();
      } else if (!(next.get().change() instanceof ChangeRecord.Drained)) {
        read.add(next.get().change());
      }
    }
    return read;
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("--add-"))
            .toList());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Endless.class.getName());
    command.add(journal.toString());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    assertThat(out.readLine()).isEqualTo("started");
    return process;
  }

  /** Captures changes that never end, in a JVM of its own. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] arguments) throws Exception {
      FakeSource source = new FakeSource();
      Thread feeder =
          new Thread(
              () -> {
                for (long i = 0; true; i++) {
                  source.put(FakeSource.change(i));
                  LockSupport.parkNanos(1_000_000);
                }
              });
      feeder.setDaemon(true);
      new CaptureProcess(
              JournalDirectory.at(Path.of(arguments[0])),
              JournalSettings.DEFAULT,
              () -> source,
              Clock.systemUTC())
          .run(
              () -> {
                System.out.println("started");
                feeder.start();
              });
    }
  }
}
