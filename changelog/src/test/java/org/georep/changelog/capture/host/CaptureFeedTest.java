package org.georep.changelog.capture.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalHeldException;
import org.georep.changelog.journal.JournalSettings;
import org.georep.changelog.journal.StartAt;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureFeedTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** So that only a wake-up can end a wait early. */
  private static final Duration NEVER = Duration.ofDays(1);

  private final FakeSource source = new FakeSource();
  @TempDir Path temp;

  private JournalDirectory directory() {
    return JournalDirectory.at(temp.resolve("journal"));
  }

  private CaptureFeed attach(String name, SourceOpener opener) throws Exception {
    return attach(directory(), name, opener);
  }

  private static CaptureFeed attach(JournalDirectory directory, String name, SourceOpener opener)
      throws Exception {
    return CaptureFeed.attach(
        directory,
        JournalSettings.DEFAULT,
        name,
        new StartAt.Acknowledged(),
        opener,
        Clock.systemUTC(),
        LONG,
        NEVER);
  }

  private static CaptureHost host(JournalDirectory directory, FakeSource source)
      throws IOException {
    return CaptureHost.start(directory, JournalSettings.DEFAULT, () -> source, Clock.systemUTC());
  }

  /** What changes while a journal is opened is recorded: the source comes before it. */
  @Test
  void theSourceIsOpenBeforeTheJournalIs() throws Exception {
    JournalDirectory directory = directory();
    Path head = directory.path().resolve("head");
    boolean[] opened = new boolean[1];
    SourceOpener opener =
        () -> {
          opened[0] = Files.exists(head);
          return source;
        };
    CaptureHost.start(directory, JournalSettings.DEFAULT, opener, Clock.systemUTC()).close();
    assertThat(head).exists();
    assertThat(opened[0]).as("the journal was opened first").isFalse();
  }

  /** Its threads for the socket live on, and must not speak for the one that does not. */
  @Test
  void aHostWhoseSourceHangsIsSilent() throws Exception {
    Duration little = Duration.ofMillis(400);
    try (CaptureHost host = host(directory(), source);
        CapturePulse pulse = new CapturePulse(directory())) {
      assertThat(host.alive()).isTrue();
      assertThat(pulse.look(Duration.ZERO)).as("not asked before").isZero();
      source.hang();
      Waits.until("it is silent", () -> pulse.look(little).compareTo(little) > 0);
      source.put(FakeSource.change(1));
      Waits.until("it answers", () -> pulse.look(LONG).isZero());
    }
  }

  /** It would ask again, and be woken again, without an end. */
  @Test
  void whoHasReadEverythingIsNotWokenForWhatCannotBeWritten() throws Exception {
    Path journal = directory().path();
    try (CaptureHost host = host(directory(), source)) {
      Path generation;
      try (Stream<Path> all = Files.list(journal)) {
        generation = all.filter(path -> Files.exists(path.resolve("begin"))).findFirst().get();
      }
      long number = Long.parseLong(generation.getFileName().toString().substring(1));
      Path next = Files.createFile(journal.resolve("g" + (number + 1)));
      Files.delete(generation.resolve("begin"));
      Waits.until(
          "nothing can be written",
          () -> {
            source.put(FakeSource.change(1));
            return host.trouble().isPresent();
          });
      long last = directory().lastSequence();
      try (SocketChannel feed = SocketChannel.open(new SocketPlace(journal).find())) {
        String questions = "await " + last + "\nthis ends the connection\n";
        feed.write(ByteBuffer.wrap(questions.getBytes(StandardCharsets.US_ASCII)));
        assertThat(new String(Channels.newInputStream(feed).readAllBytes(), StandardCharsets.UTF_8))
            .startsWith(WakeServer.GREETING)
            .doesNotContain("wake");
      }
      Files.delete(next);
    }
  }

  /** Reads until the wanted change was read; marks are left out. */
  private static List<ChangeRecord> readUntil(CaptureFeed feed, ChangeRecord wanted)
      throws Exception {
    List<ChangeRecord> read = new ArrayList<>();
    Instant limit = Instant.now().plus(LONG);
    while (Instant.now().isBefore(limit)) {
      Optional<JournalRecord> next = feed.reader().next();
      if (next.isEmpty()) {
        assertThat(feed.await(LONG)).as("woken, having read %s", read).isTrue();
      } else if (!(next.get().change() instanceof ChangeRecord.Drained)) {
        read.add(next.get().change());
        if (next.get().change().equals(wanted)) {
          return read;
        }
      }
    }
    throw new AssertionError("did not come: " + wanted + " in " + read);
  }

  @Test
  void withoutAProcessItIsHostedHere() throws Exception {
    try (CaptureFeed feed = attach("a", () -> source)) {
      assertThat(feed.hosted()).isTrue();
      assertThat(feed.alive()).isTrue();
      assertThat(feed.sourceName()).isEqualTo("fake");
      assertThat(feed.coverage()).isEqualTo(1);
      source.put(FakeSource.change(1));
      List<ChangeRecord> read = readUntil(feed, FakeSource.change(1));
      assertThat(read).hasSize(2).first().isInstanceOf(ChangeRecord.Started.class);
    }
    assertThat(source.closed()).isTrue();
    FakeSource next = new FakeSource();
    try (CaptureFeed feed = attach("a", () -> next)) {
      next.put(FakeSource.change(2));
      List<ChangeRecord> read = readUntil(feed, FakeSource.change(2));
      assertThat(read)
          .containsSubsequence(new ChangeRecord.Stopped(), FakeSource.change(2))
          .filteredOn(ChangeRecord.Started.class::isInstance)
          .hasSize(2);
    }
  }

  @Test
  void aSecondFeedAttachesThroughTheSocketAndOutlivesTheFirst() throws Exception {
    FakeSource other = new FakeSource();
    CaptureFeed first = attach("a", () -> source);
    try (CaptureFeed second = attach("b", () -> other)) {
      assertThat(second.hosted()).isFalse();
      assertThat(second.sourceName()).isEqualTo("fake");
      source.put(FakeSource.change(1));
      readUntil(second, FakeSource.change(1));
      first.close();
      readUntil(second, new ChangeRecord.Stopped());
      assertThat(second.await(LONG)).isFalse();
      assertThat(second.alive()).isFalse();
      assertThat(second.trouble()).hasValueSatisfying(t -> assertThat(t).contains("gone"));
      second.recover(Duration.ZERO);
      assertThat(second.hosted()).isTrue();
      other.put(FakeSource.change(2));
      assertThat(readUntil(second, FakeSource.change(2)))
          .hasSize(2)
          .first()
          .isInstanceOf(ChangeRecord.Started.class);
    }
  }

  @Test
  void readingGoesOnWhenTheProcessComesBack() throws Exception {
    CaptureHost host = host(directory(), source);
    try (CaptureFeed feed =
        attach(
            "a",
            () -> {
              throw new IOException("not to be hosted here");
            })) {
      source.put(FakeSource.change(1));
      readUntil(feed, FakeSource.change(1));
      host.close();
      FakeSource next = new FakeSource();
      try (CaptureHost again = host(directory(), next)) {
        while (feed.alive()) {
          feed.await(LONG);
          feed.reader().next();
        }
        feed.recover(LONG);
        assertThat(feed.hosted()).isFalse();
        next.put(FakeSource.change(2));
        readUntil(feed, FakeSource.change(2));
        assertThat(again.alive()).isTrue();
      }
    }
  }

  @Test
  void coverageReachesAnAttachedFeed() throws Exception {
    try (CaptureHost host = host(directory(), source);
        CaptureFeed feed = attach("a", () -> source)) {
      source.cover(0.25);
      Instant limit = Instant.now().plus(LONG);
      while (feed.coverage() != 0.25 && Instant.now().isBefore(limit)) {
        feed.await(Duration.ofMillis(200));
        feed.reader().next();
      }
      assertThat(feed.coverage()).isEqualTo(0.25);
      assertThat(host.coverage()).isEqualTo(0.25);
    }
  }

  @Test
  void aSourceThatFailsLeavesAGapAndIsSaidSo() throws Exception {
    try (CaptureFeed feed = attach("a", () -> source)) {
      source.fail();
      readUntil(feed, new ChangeRecord.Gap("capture failed: made to fail"));
      assertThat(feed.await(LONG)).isFalse();
      assertThat(feed.alive()).isFalse();
      assertThat(feed.trouble()).contains("capture failed: made to fail");
    }
  }

  @Test
  void aPathTooLongForASocketIsServedFromElsewhere() throws Exception {
    JournalDirectory deep = JournalDirectory.at(temp.resolve("x".repeat(120)).resolve("journal"));
    Path address = deep.path().resolve("capture.address");
    try (CaptureHost host = host(deep, source);
        CaptureFeed feed = attach(deep, "a", () -> source)) {
      assertThat(address).exists();
      assertThat(feed.hosted()).isFalse();
      source.put(FakeSource.change(1));
      readUntil(feed, FakeSource.change(1));
      assertThat(host.alive()).isTrue();
    }
    assertThat(address).doesNotExist();
  }

  @Test
  void aHolderThatDoesNotAnswerIsAnError() throws Exception {
    try (CaptureHost host = host(directory(), source)) {
      Files.delete(directory().path().resolve("capture.sock"));
      assertThatThrownBy(
              () ->
                  CaptureFeed.attach(
                      directory(),
                      JournalSettings.DEFAULT,
                      "a",
                      new StartAt.Acknowledged(),
                      () -> source,
                      Clock.systemUTC(),
                      Duration.ofMillis(200)))
          .isInstanceOf(JournalHeldException.class);
      assertThat(host.alive()).isTrue();
    }
  }
}
