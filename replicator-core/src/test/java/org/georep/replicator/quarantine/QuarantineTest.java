package org.georep.replicator.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class QuarantineTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final Libc libc = NativeLibc.instance();
  private final Hand clock = new Hand();
  private Path file = Path.of("/");

  /** A clock moved by hand. */
  private static final class Hand extends Clock {
    private Instant now = Instant.parse("2026-01-01T00:00:00.123456789Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  @BeforeEach
  void name() {
    file = sandbox.path().resolve("quarantine");
  }

  private Quarantine open() throws IOException {
    return open(1_000);
  }

  private Quarantine open(int capacity) throws IOException {
    return Quarantine.open(libc, file, clock, capacity);
  }

  private static Subject inode(int number) {
    return Subject.of(Gfid.of(new byte[] {1, (byte) (number >> 8), (byte) number}));
  }

  private static Failure failure(Subject subject) {
    return new Failure(subject, Optional.empty(), "no", Errno.EACCES);
  }

  private static List<Subject> subjects(List<QuarantineEntry> entries) {
    return entries.stream().map(entry -> entry.failure().subject()).toList();
  }

  @Test
  void whatIsReportedStaysUntilItIsResolved() throws IOException {
    byte[] odd = "a\377\n\\b".getBytes(StandardCharsets.ISO_8859_1);
    Subject name = Subject.of(new Place(Gfid.of(new byte[] {9}), FileName.of(odd)));
    Failure full =
        new Failure(
            name,
            Optional.of(EntryPath.parse("dir").resolve(FileName.of(odd))),
            "\"quoted\"\nand \u00fcber",
            Errno.EIO);
    try (Quarantine quarantine = open()) {
      quarantine.report(full);
      quarantine.report(failure(inode(2)));
      assertThat(quarantine.size()).isEqualTo(2);
    }
    try (Quarantine quarantine = open()) {
      assertThat(quarantine.entries())
          .containsExactly(
              new QuarantineEntry(full, clock.now, clock.now, 1, clock.now.plusSeconds(10)),
              new QuarantineEntry(
                  failure(inode(2)), clock.now, clock.now, 1, clock.now.plusSeconds(10)));
      quarantine.resolved(name);
      quarantine.resolved(inode(77));
      assertThat(quarantine.contains(name)).isFalse();
    }
    assertThat(subjects(Quarantine.read(libc, file))).containsExactly(inode(2));
  }

  @Test
  void triesAreCountedAndComeLessAndLessOften() throws IOException {
    Instant first = clock.now;
    try (Quarantine quarantine = open()) {
      quarantine.report(
          new Failure(inode(1), Optional.of(EntryPath.parse("a/b")), "first", Errno.EIO));
      long[] pauses = {10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600};
      for (int i = 0; i < pauses.length; i++) {
        QuarantineEntry entry = quarantine.entries().get(0);
        assertThat(entry.tries()).isEqualTo(i + 1);
        assertThat(Duration.between(entry.last(), entry.next())).hasSeconds(pauses[i]);
        assertThat(entry.first()).isEqualTo(first);
        assertThat(quarantine.due(entry.next().minusNanos(1))).isEmpty();
        assertThat(quarantine.due(entry.next())).containsExactly(entry);
        clock.now = entry.next();
        quarantine.report(new Failure(inode(1), Optional.empty(), "again", Errno.EACCES));
      }
      QuarantineEntry last = quarantine.entries().get(0);
      assertThat(last.failure().reason()).isEqualTo("again");
      assertThat(last.failure().path()).as("known before").contains(EntryPath.parse("a/b"));
    }
  }

  @Test
  void theLongestDueComesFirst() throws IOException {
    try (Quarantine quarantine = open()) {
      quarantine.report(failure(inode(1)));
      clock.now = clock.now.plusSeconds(1);
      quarantine.report(failure(inode(1)));
      quarantine.report(List.of(failure(inode(2)), failure(inode(3))));
      Instant later = clock.now.plusSeconds(100);
      assertThat(subjects(quarantine.due(later))).containsExactly(inode(2), inode(3), inode(1));
      assertThat(subjects(quarantine.due(later, 1))).containsExactly(inode(2));
    }
  }

  @Test
  void aCrashAtAnyByteLosesNothingThatWasAcknowledged() throws IOException {
    // After each call: how long the file is, and what is in quarantine then.
    List<Integer> lengths = new ArrayList<>();
    List<Set<Subject>> states = new ArrayList<>();
    Random random = new Random(11);
    Set<Subject> now = new LinkedHashSet<>();
    byte[] whole;
    try (Quarantine quarantine = open()) {
      lengths.add((int) Files.size(file));
      states.add(Set.of());
      for (int i = 0; i < 40; i++) {
        Subject subject = inode(random.nextInt(6));
        if (now.contains(subject) && random.nextBoolean()) {
          quarantine.resolved(subject);
          now.remove(subject);
        } else {
          quarantine.report(failure(subject));
          now.add(subject);
        }
        lengths.add((int) Files.size(file));
        states.add(Set.copyOf(now));
      }
      whole = Files.readAllBytes(file);
    }
    assertThat(lengths).isSorted();
    int acknowledged = 0;
    for (int length = lengths.get(0); length <= whole.length; length++) {
      while (acknowledged + 1 < lengths.size() && lengths.get(acknowledged + 1) <= length) {
        acknowledged++;
      }
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(Set.copyOf(subjects(Quarantine.read(libc, file))))
          .as("cut at byte %s", length)
          .isEqualTo(states.get(acknowledged));
      // Zeros for pages that never came, with and without something behind them.
      byte[] zeros = Arrays.copyOf(Arrays.copyOf(whole, length), length + 4096);
      Files.write(file, zeros);
      assertThat(Set.copyOf(subjects(Quarantine.read(libc, file))))
          .isEqualTo(states.get(acknowledged));
      if (length % 11 == 0) {
        goesOnFrom(Arrays.copyOf(whole, length), states.get(acknowledged).size());
      }
    }
  }

  /** A torn line must not spoil what follows. */
  private void goesOnFrom(byte[] left, int size) throws IOException {
    Files.write(file, left);
    try (Quarantine quarantine = open()) {
      quarantine.report(failure(inode(99)));
    }
    assertThat(Quarantine.read(libc, file)).hasSize(size + 1);
  }

  @Test
  void aCrashInARewriteLeavesTheOldFile() throws IOException {
    try (Quarantine quarantine = open()) {
      quarantine.report(failure(inode(1)));
    }
    Files.writeString(sandbox.path().resolve("quarantine.new"), "{\"georep_quar");
    try (Quarantine quarantine = open()) {
      assertThat(subjects(quarantine.entries())).containsExactly(inode(1));
    }
  }

  @Test
  void damageAnywhereElseIsSaid() throws IOException {
    try (Quarantine quarantine = open()) {
      quarantine.report(List.of(failure(inode(1)), failure(inode(2))));
    }
    String good = Files.readString(file);
    for (String bad :
        List.of(
            good.replaceFirst("\"gfid\":\"01", "\"gfid\":\"zz"),
            good.replaceFirst("\"tries\":1", "\"tries\":0"),
            good.replaceFirst("\\{\"path\"", "\"path\""),
            good.replaceFirst("georep_quarantine\":1", "other\":1"))) {
      Files.writeString(file, bad);
      assertThatThrownBy(this::open)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("line ");
    }
    Files.writeString(file, good.replaceFirst("georep_quarantine\":1", "georep_quarantine\":2"));
    assertThatThrownBy(this::open)
        .hasMessageContaining(file + " has format 2")
        .hasMessageContaining("Install the version of georep that wrote it");
  }

  @Test
  void memoryIsBoundedByStopping() throws IOException {
    try (Quarantine quarantine = open(3)) {
      quarantine.report(List.of(failure(inode(1)), failure(inode(2)), failure(inode(2))));
      quarantine.report(List.of(failure(inode(1)), failure(inode(3))));
      assertThatThrownBy(() -> quarantine.report(failure(inode(4))))
          .isInstanceOf(QuarantineFullException.class)
          .hasMessageContaining("quarantine list");
      quarantine.report(failure(inode(3)));
      assertThat(quarantine.size()).isEqualTo(3);
    }
    Failure wordy = new Failure(inode(1), Optional.empty(), "x".repeat(1_000_000), 0);
    assertThat(wordy.reason()).hasSize(Failure.MAX_REASON);
  }

  @Test
  void theFileIsBoundedByRewriting() throws IOException {
    try (Quarantine quarantine = open()) {
      quarantine.report(failure(inode(1)));
      long largest = 0;
      for (int i = 0; i < 3_000; i++) {
        quarantine.report(failure(inode(1)));
        largest = Math.max(largest, Files.size(file));
      }
      assertThat(largest).isLessThan(400_000);
      assertThat(quarantine.entries().get(0).tries()).isEqualTo(3_001);
    }
    assertThat(Quarantine.read(libc, file).get(0).tries()).isEqualTo(3_001);
  }

  @Test
  void aFailedWriteIsMadeGoodByTheNext() throws IOException {
    org.georep.testing.FaultyLibc faulty = new org.georep.testing.FaultyLibc(libc);
    try (Quarantine quarantine = Quarantine.open(faulty.libc(), file, clock, 100)) {
      quarantine.report(failure(inode(1)));
      faulty.fail(org.georep.testing.FaultyLibc.method("fsync"), Errno.EIO);
      assertThatThrownBy(() -> quarantine.report(failure(inode(2))))
          .isInstanceOf(IOException.class);
      faulty.clear();
      quarantine.report(failure(inode(3)));
      assertThat(subjects(Quarantine.read(libc, file)))
          .containsExactly(inode(1), inode(2), inode(3));
    }
  }

  @Test
  void manyThreadsMayReport() throws Exception {
    try (Quarantine quarantine = open()) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int base = t * 50;
        Thread thread =
            new Thread(
                () -> {
                  try {
                    for (int i = 0; i < 50; i++) {
                      quarantine.report(failure(inode(base + i)));
                      if (i % 2 == 0) {
                        quarantine.resolved(inode(base + i));
                      }
                    }
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(quarantine.size()).isEqualTo(100);
    }
    assertThat(Quarantine.read(libc, file)).hasSize(100);
  }

  @Test
  void programsAndPeopleReadIt() throws IOException {
    byte[] odd = "a\377".getBytes(StandardCharsets.ISO_8859_1);
    QuarantineEntry entry =
        new QuarantineEntry(
            new Failure(
                inode(1), Optional.of(EntryPath.of(List.of(FileName.of(odd)))), "no", Errno.EIO),
            clock.now,
            clock.now,
            2,
            Instant.parse("2026-01-01T00:10:00Z"));
    JsonNode json = new ObjectMapper().readTree(QuarantineLine.toJson(entry).toString());
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly(
            "path", "path_bytes", "gfid", "reason", "errno", "first", "last", "tries", "next");
    assertThat(json.get("path").textValue()).isEqualTo("a\\xFF");
    assertThat(json.get("path_bytes").textValue()).isEqualTo("Yf8=");
    assertThat(QuarantineLine.toJson(entry).toString())
        .contains("\"first\":1767225600.123456789,")
        .contains("\"next\":1767226200");
    assertThat(QuarantineText.of(entry))
        .isEqualTo(
            "a\\xFF: no [EIO] (since 2026-01-01T00:00:00Z, tried 2 times, next"
                + " 2026-01-01T00:10:00Z)");
    assertThat(Quarantine.read(libc, file)).as("none there").isEmpty();
  }
}
