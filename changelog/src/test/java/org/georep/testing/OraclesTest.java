package org.georep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.georep.testing.TreeManifest.Aspect.MTIME;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The oracles see no difference between a tree and its copy, and each one that is made. */
class OraclesTest {
  private static final long SEED = 31_337L;
  private static final int NOFOLLOW = Linux.AT_SYMLINK_NOFOLLOW;

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();
  private Path one;
  private Path two;

  @BeforeEach
  void directories() {
    RsyncOracle.assumeAvailable();
    one = sandbox.directory("one");
    two = sandbox.directory("two");
  }

  private void copy() {
    // By itself rsync takes times of the same second for the same.
    Program.check(
        "rsync", "-aHAX", "--numeric-ids", "--modify-window=-1", "--delete", one + "/", two + "/");
  }

  private List<String> differences(TreeManifest.Aspect... without) throws PosixException {
    return TreeManifest.of(libc, RawPath.toBytes(one), without)
        .differences(TreeManifest.of(libc, RawPath.toBytes(two), without));
  }

  private static byte[] name(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  private interface Change {
    void make(int directory) throws PosixException;
  }

  private static Map<String, Change> changes(Libc libc) {
    Map<String, Change> changes = new LinkedHashMap<>();
    changes.put("missing: gone", dir -> libc.unlinkat(dir, name("gone"), 0));
    changes.put("extra: new", dir -> libc.mkdirat(dir, name("new"), 0755));
    changes.put("file: mode", dir -> libc.fchmodat(dir, name("file"), 0606));
    changes.put("file: owner", dir -> libc.fchownat(dir, name("file"), 7, -1, 0));
    changes.put("link: group", dir -> libc.fchownat(dir, name("link"), -1, 7, NOFOLLOW));
    changes.put(
        "link: mtime",
        dir -> libc.utimensat(dir, name("link"), null, Instant.ofEpochSecond(1, 1), NOFOLLOW));
    changes.put(
        "dir: mtime",
        dir -> libc.utimensat(dir, name("dir"), null, Instant.ofEpochSecond(1, 1), 0));
    changes.put(
        "link: target",
        dir -> {
          libc.unlinkat(dir, name("link"), 0);
          libc.symlinkat(name("elsewhere"), dir, name("link"));
        });
    changes.put(
        "file: sha256",
        dir -> {
          int file = libc.openat(dir, name("file"), Linux.O_RDWR, 0);
          libc.write(file, ByteBuffer.allocateDirect(1));
          libc.close(file);
        });
    changes.put(
        "device: rdev",
        dir -> {
          libc.unlinkat(dir, name("device"), 0);
          libc.mknodat(dir, name("device"), Linux.S_IFCHR | 0644, 0x104);
        });
    changes.put(
        "linked2: links",
        dir -> {
          libc.unlinkat(dir, name("linked2"), 0);
          int file = libc.openat(dir, name("linked2"), Linux.O_CREAT | Linux.O_RDWR, 0644);
          libc.close(file);
        });
    return changes;
  }

  @Test
  void seeEachDifference() throws Exception {
    assumeTrue(libc.geteuid() == 0, "owners and devices need root");
    int dir = libc.openat(Linux.AT_FDCWD, RawPath.toBytes(one), Linux.O_RDONLY, 0);
    for (String file : List.of("gone", "file", "linked")) {
      Files.writeString(one.resolve(file), file.equals("linked") ? "" : "content");
    }
    libc.mkdirat(dir, name("dir"), 0755);
    libc.symlinkat(name("target"), dir, name("link"));
    libc.linkat(dir, name("linked"), dir, name("linked2"), 0);
    libc.mknodat(dir, name("device"), Linux.S_IFCHR | 0644, 0x103);
    libc.close(dir);
    for (Map.Entry<String, Change> change : changes(libc).entrySet()) {
      copy();
      assertThat(differences()).isEmpty();
      assertThat(RsyncOracle.differences(one, two)).isEmpty();
      int other = libc.openat(Linux.AT_FDCWD, RawPath.toBytes(two), Linux.O_RDONLY, 0);
      change.getValue().make(other);
      libc.close(other);
      assertThat(differences())
          .as(change.getKey())
          .anyMatch(line -> line.startsWith(change.getKey()));
      assertThat(RsyncOracle.differences(one, two)).as(change.getKey()).isNotEmpty();
    }
  }

  @Test
  void seeAttributesButNotGeorepsOwn() throws Exception {
    Files.writeString(one.resolve("file"), "x");
    Files.createDirectories(two.resolve(".georep/limbo"));
    copyKeepingOwn();
    byte[] file = RawPath.toBytes(two.resolve("file"));
    libc.setxattr(file, name("user.georep.gfid"), name("own"), 0);
    assertThat(differences(MTIME)).isEmpty();
    assertThat(RsyncOracle.differences(one, two)).noneMatch(line -> line.contains("file"));
    libc.setxattr(file, name("user.other"), name("v"), 0);
    assertThat(differences(MTIME)).containsExactly("file: xattr user.other is 76, should be none");
    assertThat(RsyncOracle.differences(one, two)).anyMatch(line -> line.contains("file"));
    assertThat(differences(MTIME, TreeManifest.Aspect.XATTRS)).isEmpty();
  }

  @Test
  void seeHolesAndPassOverWhatIsMerelyAllocated() throws Exception {
    for (Path side : List.of(one, two)) {
      try (RandomAccessFile file = new RandomAccessFile(side.resolve("file").toFile(), "rw")) {
        file.setLength(8 << 20);
        file.write(new byte[8192]);
      }
    }
    Files.write(two.resolve("file"), new byte[4096], StandardOpenOption.WRITE);
    assertThat(differences(MTIME)).isEmpty();
    Program.check("fallocate", "-o", "1048576", "-l", "1048576", one + "/file");
    assertThat(differences(MTIME)).isEmpty();
    try (RandomAccessFile file = new RandomAccessFile(two.resolve("file").toFile(), "rw")) {
      file.seek(4 << 20);
      file.write(new byte[4096]);
    }
    assertThat(differences(MTIME))
        .singleElement(STRING)
        .startsWith("file: data is 0-1 1024-1024, should be 0-1");
  }

  private void copyKeepingOwn() {
    Program.check("rsync", "-aHAX", one + "/", two + "/");
  }

  @Test
  void theManifestSeesHolesWhichRsyncDoesNot() throws Exception {
    try (java.io.RandomAccessFile file =
        new java.io.RandomAccessFile(one.resolve("sparse").toFile(), "rw")) {
      file.setLength(1 << 20);
      file.seek(8 * 4096);
      file.write(1);
    }
    copy();
    assertThat(RsyncOracle.differences(one, two)).isEmpty();
    assertThat(differences()).containsExactly("sparse: data is 0-255, should be 8-8");
    assertThat(differences(TreeManifest.Aspect.HOLES)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void agreeOnACopyOfAChurnedTree(LoopImage.Kind kind) throws Exception {
    try (LoopImage image = LoopImage.mounted(kind, sandbox.path())) {
      one = Files.createDirectory(image.mountPoint().resolve("one"));
      two = Files.createDirectory(image.mountPoint().resolve("two"));
      TreeChurn churn = new TreeChurn(libc, RawPath.toBytes(one), SEED);
      churn.run(500);
      copy();
      assertThat(RsyncOracle.differences(one, two)).as("%s", churn).isEmpty();
      assertThat(differences(TreeManifest.Aspect.HOLES)).as("%s", churn).isEmpty();
      List<String> lines = new ArrayList<>(TreeManifest.of(libc, RawPath.toBytes(one)).lines());
      assertThat(lines).hasSizeGreaterThan(30);
    }
  }
}
