package org.georep.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.testing.FaultyLibc.method;
import static org.georep.testing.FaultyLibc.path;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.engine.EngineChoice;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What tar and stream promise alike, against the far ends themselves. */
class ReadingEnginesTest {
  private static final long GIB = 1L << 30;

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private Pair pair(EngineChoice engine) throws Exception {
    return new Pair(sandbox.directory("primary"), sandbox.directory("secondary"), engine);
  }

  @ParameterizedTest
  @EnumSource(names = {"TARSSH", "STREAM"})
  void holesStayHoles(EngineChoice engine) throws Exception {
    try (Pair pair = pair(engine)) {
      List<FileJob> jobs = new ArrayList<>();
      jobs.add(sparse(pair, "holes", 1 << 24, 0, 1 << 20, (1 << 23) + 5));
      jobs.add(sparse(pair, "nothing", 1 << 24));
      jobs.add(sparse(pair, "end", (1 << 24) + 7, (1 << 24)));
      jobs.add(sparse(pair, "huge", 9 * GIB + 3, 4096, 9 * GIB - 8192));
      jobs.add(pair.file("plain", DataPoolTest.bytes(3000)));
      pair.pool.submit(jobs);
      for (FileJob job : jobs) {
        assertThat(pair.heard.of(job)).isEqualTo(new Outcome.Published(job.size()));
        EntryPath path = pair.source.path(job.gfid()).orElseThrow();
        Path copy = Pair.on(pair.secondary, path);
        assertThat(Files.size(copy)).isEqualTo(job.size());
        assertThat(blocks(copy)).isLessThanOrEqualTo(blocks(Pair.on(pair.primary, path)) + 16);
        if (job.size() < GIB) {
          assertThat(copy).hasSameBinaryContentAs(Pair.on(pair.primary, path));
        }
      }
      try (RandomAccessFile copy =
          new RandomAccessFile(pair.secondary.resolve("huge").toFile(), "r")) {
        copy.seek(9 * GIB - 8192);
        byte[] data = new byte[4096];
        copy.readFully(data);
        assertThat(data).isEqualTo(DataPoolTest.bytes(4096));
      }
      assertThat(pair.pool.counts().bytesWire()).isLessThan(1 << 20);
    }
  }

  /** What is reserved behind the end, or where attributes are kept, hides a hole from statx. */
  @ParameterizedTest
  @EnumSource(names = {"TARSSH", "STREAM"})
  void aHoleThatTheNumberOfBlocksHidesStaysOne(EngineChoice engine) throws Exception {
    try (Pair pair = pair(engine)) {
      FileJob job = sparse(pair, "small", 16384, 0, 12288);
      Path file = pair.primary.resolve("small");
      Program.check("fallocate", "-n", "-o", "16384", "-l", "65536", file.toString());
      assertThat(blocks(file)).isGreaterThan(32);
      pair.pool.submit(List.of(job));
      assertThat(pair.heard.of(job)).isEqualTo(new Outcome.Published(job.size()));
      assertThat(blocks(pair.secondary.resolve("small"))).isLessThanOrEqualTo(24);
    }
  }

  private static FileJob sparse(Pair pair, String name, long size, long... data) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(pair.primary.resolve(name).toFile(), "rw")) {
      for (long offset : data) {
        file.seek(offset);
        file.write(DataPoolTest.bytes((int) Math.min(4096, size - offset)));
      }
      file.setLength(size);
    }
    return pair.job(EntryPath.parse(name));
  }

  private static long blocks(Path file) throws Exception {
    String out = Program.check("stat", "-c", "%b", file.toString());
    return Long.parseLong(out.strip());
  }

  @ParameterizedTest
  @EnumSource(names = {"TARSSH", "STREAM"})
  void oneBadFileLeavesItsNeighboursAlone(EngineChoice engine) throws Exception {
    try (Pair pair = pair(engine)) {
      pair.agent.places.clear();
      List<FileJob> good = new ArrayList<>();
      List<FileJob> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        good.add(pair.file("good" + i, DataPoolTest.bytes(10_000 + i)));
      }
      FileJob unreadable = pair.file("unreadable", DataPoolTest.bytes(700_000));
      pair.faulty.fail(method("pread").and(path("unreadable")), Errno.EIO).from(2);
      FileJob forbidden = pair.file("forbidden", DataPoolTest.bytes(100));
      pair.faulty.fail(method("openat").and(path("forbidden")), Errno.EACCES);
      FileJob growing = pair.file("growing", DataPoolTest.bytes(5000));
      pair.faulty.after(
          method("pread").and(path("growing")),
          call -> Files.write(pair.primary.resolve("growing"), DataPoolTest.bytes(6000)));
      FileJob shrinking = pair.file("shrinking", DataPoolTest.bytes(900_000));
      pair.faulty.after(
          method("pread").and(path("shrinking")),
          call -> Files.write(pair.primary.resolve("shrinking"), new byte[10]));
      FileJob gone = pair.file("gone", DataPoolTest.bytes(5000));
      Files.delete(pair.primary.resolve("gone"));
      FileJob unknown = new FileJob(1, Gfid.parse("0123"), 5, -1, false);
      all.addAll(good.subList(0, 4));
      all.addAll(List.of(unreadable, forbidden, growing, shrinking, gone, unknown));
      all.addAll(good.subList(4, 8));
      pair.pool.submit(all);
      for (FileJob job : good) {
        assertThat(pair.heard.of(job)).isEqualTo(new Outcome.Published(job.size()));
      }
      assertThat(pair.heard.of(unreadable))
          .isInstanceOfSatisfying(
              Outcome.Failed.class, failed -> assertThat(failed.errno()).isEqualTo(Errno.EIO));
      assertThat(pair.heard.of(forbidden))
          .isInstanceOfSatisfying(
              Outcome.Failed.class, failed -> assertThat(failed.errno()).isEqualTo(Errno.EACCES));
      assertThat(pair.heard.of(growing)).isInstanceOf(Outcome.Changed.class);
      assertThat(pair.heard.of(shrinking)).isInstanceOf(Outcome.Changed.class);
      assertThat(pair.heard.of(gone)).isInstanceOf(Outcome.Gone.class);
      assertThat(pair.heard.of(unknown)).isInstanceOf(Outcome.Gone.class);
      assertThat(pair.secondary.resolve("unreadable")).doesNotExist();
      assertThat(pair.secondary.resolve("shrinking")).doesNotExist();
      assertThat(pair.heard.size()).isEqualTo(all.size());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TARSSH", "STREAM"})
  void whatIsUnreadableAtGreatLengthIsNotMadeUpWithZeros(EngineChoice engine) throws Exception {
    try (Pair pair = pair(engine)) {
      FileJob before = pair.file("before", DataPoolTest.bytes(1000));
      FileJob large = pair.file("large", DataPoolTest.bytes(10));
      try (RandomAccessFile file =
          new RandomAccessFile(pair.primary.resolve("large").toFile(), "rw")) {
        file.setLength(GIB);
      }
      pair.faulty.fail(method("pread").and(path("large")), Errno.EIO);
      pair.faulty.fail(method("lseek").and(path("large")), Errno.EINVAL);
      FileJob after = pair.file("after", DataPoolTest.bytes(1000));
      pair.pool.submit(List.of(before, large, after));
      assertThat(pair.heard.of(before)).isInstanceOf(Outcome.Published.class);
      assertThat(pair.heard.of(large)).isInstanceOf(Outcome.Failed.class);
      assertThat(pair.heard.of(after)).isInstanceOf(Outcome.Published.class);
      assertThat(pair.pool.counts().bytesWire()).isLessThan(10 << 20);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TARSSH", "STREAM"})
  void fullDiskThereIsRetriedAndSparesWhatFitted(EngineChoice engine) throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.TMPFS);
    try (LoopImage image = LoopImage.create(LoopImage.Kind.TMPFS, sandbox.directory("images"), 4)) {
      image.mount();
      try (Pair pair = new Pair(sandbox.directory("primary"), image.mountPoint(), engine)) {
        FileJob small = pair.file("small", DataPoolTest.bytes(5000));
        FileJob large = pair.file("large", DataPoolTest.bytes(8 << 20));
        pair.pool.submit(List.of(small, large));
        assertThat(pair.heard.of(large))
            .isInstanceOfSatisfying(
                Outcome.Retry.class,
                retry -> assertThat(retry.reason()).containsIgnoringCase("no space left"));
        assertThat(pair.heard.of(small)).isEqualTo(new Outcome.Published(5000));
      }
    }
  }
}
