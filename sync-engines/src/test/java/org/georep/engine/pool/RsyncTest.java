package org.georep.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.georep.testing.FaultyLibc.method;
import static org.georep.testing.FaultyLibc.path;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.georep.engine.EngineChoice;
import org.georep.engine.EngineUnavailableException;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.EntryPath;
import org.georep.posix.Errno;
import org.georep.posix.RawPath;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rsync engine with real rsync on both ends. */
class RsyncTest {
  private static final int SIZE = 8 << 20;

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @BeforeEach
  void needsRsync() {
    assumeTrue(Program.find("rsync").isPresent(), "rsync is not installed");
  }

  private Pair pair(EngineChoice engine) throws Exception {
    return new Pair(sandbox.directory("primary"), sandbox.directory("secondary"), engine);
  }

  private static FileJob changedInPart(Pair pair, String name) throws Exception {
    byte[] content = DataPoolTest.bytes(SIZE);
    Files.write(Files.createDirectories(pair.secondary.resolve("d")).resolve(name), content);
    content[SIZE / 2]++;
    return pair.file("d/" + name, content);
  }

  @Test
  void sendsOnlyWhatChangedOfALargeFile() throws Exception {
    try (Pair pair = pair(EngineChoice.RSYNC)) {
      FileJob large = changedInPart(pair, "large");
      FileJob small = pair.file("d/small", DataPoolTest.bytes(2000));
      pair.pool.submit(List.of(small, large));
      assertThat(pair.heard.of(large)).isEqualTo(new Outcome.Published(SIZE));
      assertThat(pair.heard.of(small)).isEqualTo(new Outcome.Published(2000));
      assertThat(pair.secondary.resolve("d/large"))
          .hasSameBinaryContentAs(pair.primary.resolve("d/large"));
      DataCounts counts = pair.pool.counts();
      assertThat(counts.engines().get("rsync").files()).isEqualTo(2);
      assertThat(counts.bytesLogical()).isEqualTo(SIZE + 2000);
      assertThat(counts.engines().get("rsync").bytesWire()).isBetween(100L, 100_000L);
    }
  }

  @Test
  void readsByIdentityWhateverThePathHasBecome() throws Exception {
    try (Pair pair = pair(EngineChoice.RSYNC)) {
      FileJob file = pair.file("d/file", DataPoolTest.bytes(50_000));
      // Told before another file took the name.
      Files.write(pair.primary.resolve("d/other"), DataPoolTest.bytes(60_000));
      FileJob other = pair.job(EntryPath.parse("d/other"));
      pair.source.told.put(other.gfid(), EntryPath.parse("d/file"));
      pair.pool.submit(List.of(file, other));
      assertThat(pair.heard.of(file)).isEqualTo(new Outcome.Published(50_000));
      assertThat(pair.heard.of(other)).isEqualTo(new Outcome.Published(60_000));
      assertThat(pair.copy("d/file")).isEqualTo(DataPoolTest.bytes(50_000));
      assertThat(pair.copy("d/other")).isEqualTo(DataPoolTest.bytes(60_000));
    }
  }

  @Test
  void holesStayHoles() throws Exception {
    try (Pair pair = pair(EngineChoice.RSYNC)) {
      Path sparse = pair.primary.resolve("sparse");
      try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
        file.seek(5 << 20);
        file.write(DataPoolTest.bytes(4096));
        file.setLength(64 << 20);
      }
      FileJob holes = pair.job(EntryPath.parse("sparse"));
      FileJob zeros = pair.file("zeros", new byte[1 << 20]);
      pair.pool.submit(List.of(holes, zeros));
      assertThat(pair.heard.of(holes)).isEqualTo(new Outcome.Published(64 << 20));
      assertThat(pair.heard.of(zeros)).isEqualTo(new Outcome.Published(1 << 20));
      assertThat(pair.secondary.resolve("sparse")).hasSameBinaryContentAs(sparse);
      assertThat(blocks(pair.secondary.resolve("sparse"))).isLessThan(1000);
      assertThat(blocks(pair.secondary.resolve("zeros"))).isGreaterThanOrEqualTo(2048);
    }
  }

  private static long blocks(Path file) {
    return Long.parseLong(Program.check("stat", "-c", "%b", file.toString()).strip());
  }

  @Test
  void changedWhileReadIsNotPublished() throws Exception {
    try (Pair pair = pair(EngineChoice.RSYNC)) {
      FileJob job = pair.file("file", DataPoolTest.bytes(50_000));
      FileJob neighbour = pair.file("neighbour", DataPoolTest.bytes(50_000));
      pair.faulty
          .before(
              method("statx").and(path("file")),
              call -> Files.write(pair.primary.resolve("file"), DataPoolTest.bytes(60_000)))
          .nth(2);
      pair.pool.submit(List.of(job, neighbour));
      assertThat(pair.heard.of(job)).isInstanceOf(Outcome.Changed.class);
      assertThat(pair.heard.of(neighbour)).isInstanceOf(Outcome.Published.class);
      assertThat(pair.secondary.resolve("file")).doesNotExist();
    }
  }

  @Test
  void fileWithoutAUsablePathIsCarriedByTheStream() throws Exception {
    try (Pair pair = pair(EngineChoice.RSYNC)) {
      FileJob deep = pair.file("deep", DataPoolTest.bytes(5000));
      pair.source.told.put(deep.gfid(), EntryPath.parse("0123456789/".repeat(400) + "x"));
      assertThat(pair.carry(deep)).isEqualTo(new Outcome.Published(5000));
      assertThat(pair.pool.counts().engines().get("stream").files()).isEqualTo(1);
    }
  }

  @Test
  void basisBehindASymbolicLinkIsNoHarm() throws Exception {
    try (Pair pair = pair(EngineChoice.AUTO)) {
      Path outside = Files.createDirectories(sandbox.path().resolve("outside"));
      Files.write(outside.resolve("file"), DataPoolTest.bytes(SIZE));
      Files.createSymbolicLink(pair.secondary.resolve("link"), outside);
      FileJob job = pair.file("link/file", DataPoolTest.bytes(SIZE + 1));
      pair.agent.places.put(job.gfid(), EntryPath.parse("elsewhere/file"));
      FileJob asLarge = new FileJob(1, job.gfid(), SIZE + 1, SIZE, false);
      assertThat(pair.carry(asLarge)).isEqualTo(new Outcome.Published(SIZE + 1));
      assertThat(pair.copy("elsewhere/file")).isEqualTo(DataPoolTest.bytes(SIZE + 1));
      assertThat(outside.resolve("file")).hasBinaryContent(DataPoolTest.bytes(SIZE));
    }
  }

  @Test
  void fullDiskThereIsRetriedAndSparesWhatFitted() throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.TMPFS);
    try (LoopImage image = LoopImage.create(LoopImage.Kind.TMPFS, sandbox.directory("images"), 4)) {
      image.mount();
      try (Pair pair =
          new Pair(sandbox.directory("primary"), image.mountPoint(), EngineChoice.RSYNC)) {
        FileJob small = pair.file("a", DataPoolTest.bytes(5000));
        FileJob large = pair.file("b", DataPoolTest.bytes(SIZE));
        pair.pool.submit(List.of(small, large));
        assertThat(pair.heard.of(large))
            .isInstanceOfSatisfying(
                Outcome.Retry.class,
                retry -> assertThat(retry.reason()).containsIgnoringCase("no space left"));
        assertThat(pair.heard.of(small)).isEqualTo(new Outcome.Published(5000));
      }
    }
  }

  @Test
  void unreadableFileIsNamedByTheStream() throws Exception {
    try (Pair pair = pair(EngineChoice.RSYNC)) {
      FileJob job = pair.file("file", DataPoolTest.bytes(5000));
      FileJob neighbour = pair.file("neighbour", DataPoolTest.bytes(5000));
      pair.faulty.fail(method("pread").and(path("file")), Errno.EIO);
      // What rsync is to read is taken away under it, as a bad disk would.
      pair.faulty.fail(method("symlinkat"), Errno.EIO).nth(1);
      pair.pool.submit(List.of(job, neighbour));
      assertThat(pair.heard.of(job))
          .isInstanceOfSatisfying(
              Outcome.Failed.class, failed -> assertThat(failed.errno()).isEqualTo(Errno.EIO));
      assertThat(pair.heard.of(neighbour)).isInstanceOf(Outcome.Published.class);
    }
  }

  @Test
  void brokenChannelIsRetried() throws Exception {
    Path secondary = sandbox.directory("secondary");
    Path bin = sandbox.directory("bin");
    Path program = bin.resolve("rsync");
    Files.writeString(program, "#!/bin/sh\nkill -9 $$\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    try (Pair pair =
        new Pair(
            sandbox.directory("primary"),
            secondary,
            Pair.options(secondary, EngineChoice.RSYNC),
            new LocalLink("PATH=" + bin + ":/usr/bin:/bin"))) {
      FileJob job = pair.file("file", DataPoolTest.bytes(5000));
      assertThat(pair.carry(job))
          .isInstanceOfSatisfying(
              Outcome.Retry.class,
              retry -> assertThat(retry.reason()).contains("the data channel broke"));
    }
  }

  @Test
  void missingRsyncIsAnErrorOnlyIfAskedFor() throws Exception {
    Path secondary = sandbox.directory("secondary");
    byte[] root = RawPath.toBytes(secondary);
    Map<String, String> onlyTar = Map.of("tar", "1.34");
    PoolOptions asked = PoolOptions.of(EngineChoice.RSYNC, root, onlyTar);
    assertThatThrownBy(
            () -> new Pair(sandbox.directory("primary"), secondary, asked, new LocalLink()))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("rsync 3.1 or newer on the secondary's host");
    PoolOptions notHere =
        new PoolOptions(EngineChoice.RSYNC, 1, () -> 0, root, Pair.PROGRAMS, "/nowhere/rsync");
    assertThatThrownBy(
            () -> new Pair(sandbox.directory("primary"), secondary, notHere, new LocalLink()))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("on this host");
    PoolOptions auto = PoolOptions.of(EngineChoice.AUTO, root, onlyTar);
    try (Pair pair = new Pair(sandbox.directory("primary"), secondary, auto, new LocalLink())) {
      FileJob job = changedInPart(pair, "large");
      assertThat(pair.carry(job)).isEqualTo(new Outcome.Published(SIZE));
      assertThat(pair.pool.counts().engines().get("stream").files()).isEqualTo(1);
    }
  }

  /** Another version on one end: set georep.test.rsync.other to a directory that holds one. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void versionsMix(boolean otherIsNear) throws Exception {
    String other = System.getProperty("georep.test.rsync.other");
    assumeTrue(other != null, "no other rsync is given (-Dgeorep.test.rsync.other=DIRECTORY)");
    Path secondary = sandbox.directory("secondary");
    PoolOptions options =
        new PoolOptions(
            EngineChoice.AUTO,
            2,
            () -> 0,
            RawPath.toBytes(secondary),
            Pair.PROGRAMS,
            otherIsNear ? other + "/rsync" : "rsync");
    LocalLink link =
        otherIsNear ? new LocalLink() : new LocalLink("PATH=" + other + ":/usr/bin:/bin");
    try (Pair pair = new Pair(sandbox.directory("primary"), secondary, options, link)) {
      FileJob large = changedInPart(pair, "large");
      assertThat(pair.carry(large)).isEqualTo(new Outcome.Published(SIZE));
      assertThat(pair.pool.counts().engines().get("rsync").files()).isEqualTo(1);
      assertThat(pair.pool.counts().bytesWire()).isLessThan(100_000);
    }
  }
}
