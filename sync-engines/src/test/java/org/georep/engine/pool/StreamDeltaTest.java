package org.georep.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.testing.FaultyLibc.method;
import static org.georep.testing.FaultyLibc.path;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import org.georep.engine.EngineChoice;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.EntryPath;
import org.georep.protocol.Protocols;
import org.georep.protocol.Request;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The stream engine where the secondary has a copy. */
class StreamDeltaTest {
  private static final int SIZE = 8 << 20;
  private static final int MANY_ZEROS = 16 << 20;

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private Pair pair() throws Exception {
    return new Pair(
        sandbox.directory("primary"), sandbox.directory("secondary"), EngineChoice.STREAM);
  }

  private static FileJob changed(Pair pair, byte[] copy, byte[] content) throws Exception {
    Files.write(pair.secondary.resolve("file"), copy);
    return pair.file("file", content);
  }

  private static void published(Pair pair, FileJob job, long mostBytes) throws Exception {
    assertThat(pair.carry(job)).isEqualTo(new Outcome.Published(job.size()));
    assertThat(pair.secondary.resolve("file")).hasSameBinaryContentAs(pair.primary.resolve("file"));
    assertThat(pair.pool.counts().bytesWire()).isLessThan(mostBytes);
  }

  @Test
  void changesCostAboutTheirLength() throws Exception {
    try (Pair pair = pair()) {
      byte[] content = DataPoolTest.bytes(SIZE + 77);
      byte[] copy = content.clone();
      Random random = new Random(5);
      for (int i = 0; i < 20; i++) {
        byte[] piece = new byte[4096];
        random.nextBytes(piece);
        System.arraycopy(piece, 0, content, random.nextInt(SIZE - 4096), 4096);
      }
      content[content.length - 1]++;
      published(pair, changed(pair, copy, content), 20 * 9000);
    }
  }

  @Test
  void equalFileIsNotSent() throws Exception {
    try (Pair pair = pair()) {
      byte[] content = DataPoolTest.bytes(SIZE);
      FileJob job = changed(pair, content, content);
      assertThat(pair.carry(job)).isEqualTo(new Outcome.Equal());
      assertThat(pair.pool.counts().bytesWire()).isZero();
    }
  }

  @Test
  void grownAndShrunkFilesAreRebuilt() throws Exception {
    try (Pair pair = pair()) {
      byte[] content = DataPoolTest.bytes(SIZE);
      byte[] copy = Arrays.copyOf(content, SIZE - 300_001);
      published(pair, changed(pair, copy, content), 440_000);
    }
    try (Pair pair = pair()) {
      byte[] copy = DataPoolTest.bytes(SIZE);
      byte[] content = Arrays.copyOf(copy, SIZE - 300_001);
      published(pair, changed(pair, copy, content), 20_000);
    }
  }

  @Test
  void whatMovedAlongIsSentWhole() throws Exception {
    try (Pair pair = pair()) {
      byte[] copy = DataPoolTest.bytes(SIZE);
      byte[] content = DataPoolTest.concat(new byte[] {1}, copy);
      published(pair, changed(pair, copy, content), SIZE + 100_000);
    }
  }

  @Test
  void holesStayHoles() throws Exception {
    try (Pair pair = pair()) {
      Path file = pair.primary.resolve("file");
      Path copy = pair.secondary.resolve("file");
      for (Path each : new Path[] {file, copy}) {
        try (RandomAccessFile out = new RandomAccessFile(each.toFile(), "rw")) {
          out.write(DataPoolTest.bytes(3 << 20));
          out.seek(40 << 20);
          out.write(DataPoolTest.bytes(1 << 20));
          out.setLength(64 << 20);
        }
      }
      try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
        out.seek(50 << 20);
        out.write(DataPoolTest.bytes(4096));
      }
      published(pair, pair.job(EntryPath.parse("file")), 50_000);
      assertThat(blocks(copy)).isLessThanOrEqualTo(blocks(file) + 16);
    }
  }

  @Test
  void whereZerosWereAndHolesAreNowTheCopyGetsHoles() throws Exception {
    try (Pair pair = pair()) {
      Path file = pair.primary.resolve("file");
      Path copy = pair.secondary.resolve("file");
      zeros(copy);
      holes(file);
      published(pair, pair.job(EntryPath.parse("file")), 20_000);
      assertThat(blocks(copy)).isLessThanOrEqualTo(blocks(file) + 16);
    }
  }

  @Test
  void whereHolesWereAndZerosAreNowTheCopyGetsZeros() throws Exception {
    try (Pair pair = pair()) {
      Path copy = pair.secondary.resolve("file");
      zeros(pair.primary.resolve("file"));
      holes(copy);
      published(pair, pair.job(EntryPath.parse("file")), 20_000);
      assertThat(blocks(copy)).isGreaterThanOrEqualTo(MANY_ZEROS / 512);
    }
  }

  private static void zeros(Path file) throws IOException {
    Files.write(file, Arrays.copyOf(DataPoolTest.bytes(4096), MANY_ZEROS));
  }

  /** Makes a file of the same bytes, nearly all of them a hole. */
  private static void holes(Path file) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(DataPoolTest.bytes(4096));
      out.setLength(MANY_ZEROS);
    }
  }

  private static long blocks(Path file) {
    return Long.parseLong(Program.check("stat", "-c", "%b", file.toString()).strip());
  }

  @Test
  void fileChangedMeanwhileIsNotPublished() throws Exception {
    try (Pair pair = pair()) {
      byte[] copy = DataPoolTest.bytes(SIZE);
      byte[] content = copy.clone();
      content[SIZE / 2]++;
      FileJob job = changed(pair, copy, content);
      pair.faulty
          .before(
              method("statx").and(path("file")),
              call -> Files.write(pair.primary.resolve("file"), copy))
          .nth(2);
      assertThat(pair.carry(job)).isInstanceOf(Outcome.Changed.class);
      assertThat(pair.secondary.resolve("file")).hasBinaryContent(copy);
      assertThat(pair.secondary.resolve(".georep/stage/contents")).isEmptyDirectory();
    }
  }

  @Test
  void copyThatChangesUnderTheComparisonIsNoticed() throws Exception {
    try (Pair pair = pair()) {
      byte[] copy = DataPoolTest.bytes(SIZE);
      byte[] content = copy.clone();
      content[SIZE / 2]++;
      FileJob job = changed(pair, copy, content);
      pair.agent.before =
          request -> {
            if (request instanceof Request.DigestBlocks digest && digest.block() < 10_000) {
              // After the first round found this block to be the same.
              try (RandomAccessFile out =
                  new RandomAccessFile(pair.secondary.resolve("file").toFile(), "rw")) {
                out.seek(SIZE / 4);
                out.write(copy[SIZE / 4] + 1);
              }
            }
          };
      assertThat(pair.carry(job)).isInstanceOf(Outcome.Retry.class);
      assertThat(pair.secondary.resolve(".georep/stage/contents")).isEmptyDirectory();
    }
  }

  @Test
  void blocksOfOneSumAndOtherContentsAreFoundInTheEnd() throws Exception {
    try (Pair pair = pair()) {
      byte[] copy = DataPoolTest.bytes(SIZE);
      byte[] content = copy.clone();
      content[SIZE / 2]++;
      changeButNotItsSum(content, SIZE / 4);
      FileJob job = changed(pair, copy, content);
      assertThat(pair.carry(job)).isInstanceOf(Outcome.Retry.class);
      assertThat(pair.secondary.resolve("file")).hasBinaryContent(copy);
      FileJob again = new FileJob(2, job.gfid(), job.size(), job.have(), false);
      published(pair, again, 20_000);
    }
  }

  @Test
  void nothingIsTakenForEqualByItsSums() throws Exception {
    try (Pair pair = pair()) {
      byte[] copy = DataPoolTest.bytes(SIZE);
      byte[] content = copy.clone();
      changeButNotItsSum(content, SIZE / 4);
      published(pair, changed(pair, copy, content), 10_000);
    }
  }

  @Test
  void agentsFromBeforeSumsAreAskedForDigests() throws Exception {
    try (Pair pair = pair()) {
      Set<Integer> lengths = ConcurrentHashMap.newKeySet();
      pair.agent.before =
          request -> {
            if (request instanceof Request.DigestBlocks digest) {
              lengths.add(digest.digest());
            }
          };
      pair.agent.protocol = Protocols.BLOCK_SUMS - 1;
      byte[] copy = DataPoolTest.bytes(SIZE);
      byte[] content = copy.clone();
      content[SIZE / 2]++;
      published(pair, changed(pair, copy, content), 10_000);
      assertThat(lengths).containsExactlyInAnyOrder(16, 8);
    }
  }

  /** Adds the polynomial of CRC-32C, of which every sum is the rest. */
  private static void changeButNotItsSum(byte[] content, int at) {
    CRC32C before = new CRC32C();
    before.update(content);
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(at, bytes.getLong(at) ^ (0x82F63B78L << 1 | 1));
    CRC32C after = new CRC32C();
    after.update(content);
    assertThat(after.getValue()).isEqualTo(before.getValue());
  }
}
