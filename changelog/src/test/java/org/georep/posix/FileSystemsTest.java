package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.georep.posix.OpenDirectory.ITSELF;
import static org.georep.posix.RawPath.ascii;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What may differ between file systems. Needs root and loop devices. */
class FileSystemsTest {
  private static final int BLOCK = 4096;

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();
  private @Nullable LoopImage image;
  private @Nullable OpenDirectory open;

  private OpenDirectory mount(LoopImage.Kind kind) throws PosixException {
    image = LoopImage.mounted(kind, sandbox.path());
    open = new OpenDirectory(libc, image().mountPoint());
    return open;
  }

  private LoopImage image() {
    return Objects.requireNonNull(image, "nothing is mounted");
  }

  @AfterEach
  void unmount() throws PosixException {
    if (open != null) {
      open.close();
    }
    if (image != null) {
      image.close();
    }
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void isOfItsKindAndARoot(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    long magic =
        switch (kind) {
          case EXT4 -> Linux.EXT_MAGIC;
          case XFS -> Linux.XFS_MAGIC;
          case BTRFS -> Linux.BTRFS_MAGIC;
          case TMPFS -> Linux.TMPFS_MAGIC;
        };
    assertThat(libc.fstatfs(dir.descriptor()).type()).isEqualTo(magic);
    Stat root = libc.statx(dir.descriptor(), ITSELF, Linux.AT_EMPTY_PATH);
    assertThat(root.mountRoot()).isTrue();
    libc.mkdirat(dir.descriptor(), ascii("d"), 0755);
    assertThat(dir.stat("d").mountRoot()).isFalse();
    assertThat(dir.stat("d").mountId()).isEqualTo(root.mountId());
    assertThat(dir.stat("d").btime()).isAfter(Instant.EPOCH);

    Optional<Mount> mount = Mounts.read(libc).byId(root.mountId());
    assertThat(mount.orElseThrow().fileSystem()).isEqualTo(kind.fileSystem());
    assertThat("/" + mount.orElseThrow().point()).isEqualTo(image().mountPoint().toString());
    byte[] above = sandbox.bytes();
    EntryPath below = EntryPath.parse(java.util.Arrays.copyOfRange(above, 1, above.length));
    assertThat(Mounts.read(libc).below(below)).containsExactly(mount.orElseThrow());
    assertThat(Mounts.read(libc).below(mount.orElseThrow().point())).isEmpty();
    if (kind != LoopImage.Kind.BTRFS) { // which shows a device of its own for each subvolume
      assertThat(mount.orElseThrow().device()).isEqualTo(root.device());
    }
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void handlesFindAFileAgainAndNeverAnother(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    Identity identity = Identity.on(libc, dir.descriptor());
    assertThat(identity.source()).isEqualTo(Identity.Source.HANDLE);
    dir.file("a", "A");
    Gfid gfid = identity.of(dir.descriptor(), ascii("a"));
    int path = dir.openPath("a");
    assertThat(identity.of(path)).isEqualTo(gfid);
    libc.close(path);

    libc.renameat2(dir.descriptor(), ascii("a"), dir.descriptor(), ascii("b"), 0);
    FileHandle handle = FileHandle.of(gfid).orElseThrow();
    int again = libc.openByHandleAt(dir.descriptor(), handle, Linux.O_RDWR);
    assertThat(libc.statx(again, ITSELF, Linux.AT_EMPTY_PATH)).isEqualTo(dir.stat("b"));
    libc.close(again);

    libc.unlinkat(dir.descriptor(), ascii("b"), 0);
    for (int i = 0; i < 20; i++) { // one of them may get the inode number again
      dir.file("n" + i, "");
      assertThat(identity.of(dir.descriptor(), ascii("n" + i))).isNotEqualTo(gfid);
    }
    PosixException e =
        catchThrowableOfType(
            PosixException.class,
            () -> libc.openByHandleAt(dir.descriptor(), handle, Linux.O_RDWR));
    assertThat(e.errno()).isEqualTo(Errno.ESTALE);
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void aHandleOutlivesAMount(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    if (kind == LoopImage.Kind.TMPFS) {
      return; // nothing of it outlives a mount
    }
    dir.file("a", "A");
    FileHandle handle = libc.nameToHandleAt(dir.descriptor(), ascii("a"), 0);
    dir.close();
    open = null;
    image().unmount();
    image().mount();
    open = new OpenDirectory(libc, image().mountPoint());
    int again = libc.openByHandleAt(open.descriptor(), handle, Linux.O_PATH);
    assertThat(libc.statx(again, ITSELF, Linux.AT_EMPTY_PATH)).isEqualTo(open.stat("a"));
    libc.close(again);
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void timesKeepTheirNanoseconds(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    dir.file("a", "");
    for (long seconds :
        new long[] {-2_000_000_000L, -1, 0, 1L << 31, (1L << 32) + 1, 15_000_000_000L}) {
      Instant time = Instant.ofEpochSecond(seconds, 123_456_789);
      libc.utimensat(dir.descriptor(), ascii("a"), null, time, 0);
      assertThat(dir.stat("a").mtime()).isEqualTo(time);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = LoopImage.Kind.class,
      names = {"BTRFS", "TMPFS"})
  void aTimeNoInstantHoldsIsTheNearest(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    dir.file("a", "");
    Program.check("touch", "-d", "@9000000000000000000", image().mountPoint() + "/a");
    assertThat(dir.stat("a").mtime()).isEqualTo(Instant.MAX);
    libc.utimensat(dir.descriptor(), ascii("a"), null, Instant.MAX, 0);
    assertThat(dir.stat("a").mtime()).isEqualTo(Instant.MAX);
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void aclsAndAttributesOfAllSizes(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    int fd = dir.descriptor();
    dir.file("a", "");
    byte[] path = ProcPath.of(fd, org.georep.name.FileName.of("a"));
    byte[] acl =
        HexFormat.of()
            .parseHex(
                "02000000"
                    + "01000600ffffffff"
                    + "0200040039300000"
                    + "04000400ffffffff"
                    + "10000400ffffffff"
                    + "20000000ffffffff");
    libc.setxattr(path, ascii("system.posix_acl_access"), acl, 0);
    assertThat(libc.getxattr(path, ascii("system.posix_acl_access"))).isEqualTo(acl);
    assertThat(dir.stat("a").permissions()).isEqualTo(0640);
    assertThat(Program.check("getfacl", "-n", image().mountPoint() + "/a"))
        .contains("user:12345:r--");

    int largest = kind == LoopImage.Kind.XFS ? 65536 : 3500;
    byte[] value = OpenDirectory.repeat('v', largest);
    libc.setxattr(path, ascii("trusted.large"), value, 0);
    assertThat(libc.getxattr(path, ascii("trusted.large"))).isEqualTo(value);
    List<String> names =
        new ArrayList<>(libc.listxattr(path).stream().map(OpenDirectory::text).toList());
    if (kind == LoopImage.Kind.XFS) {
      // XFS shows root the ACL a second time, as it is on disk.
      assertThat(names.remove("trusted.SGI_ACL_FILE")).isTrue();
    }
    assertThat(names).containsExactlyInAnyOrder("system.posix_acl_access", "trusted.large");
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void holesArePunchedAndFound(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    dir.file("a", "");
    int file = dir.open("a");
    libc.write(file, ByteBuffer.allocateDirect(64 * BLOCK));
    int punch = Linux.FALLOC_FL_PUNCH_HOLE | Linux.FALLOC_FL_KEEP_SIZE;
    libc.fallocate(file, punch, 16 * BLOCK, 16 * BLOCK);
    libc.fsync(file);
    assertThat(libc.lseek(file, 0, Linux.SEEK_HOLE)).isEqualTo(16 * BLOCK);
    assertThat(libc.lseek(file, 16 * BLOCK, Linux.SEEK_DATA)).isEqualTo(32 * BLOCK);
    assertThat(libc.lseek(file, 32 * BLOCK, Linux.SEEK_HOLE)).isEqualTo(64 * BLOCK);
    libc.close(file);
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void copiesBetweenItsFiles(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    dir.file("a", "0123456789");
    dir.file("b", "");
    int from = dir.open("a");
    int to = dir.open("b");
    assertThat(libc.copyFileRange(from, 3, to, 0, 100)).isEqualTo(7);
    assertThat(dir.content("b")).isEqualTo("3456789");
    libc.close(to);
    libc.close(from);
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void exchangesAFileAndADirectory(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    int fd = dir.descriptor();
    dir.file("a", "A");
    libc.mkdirat(fd, ascii("d"), 0755);
    dir.file("d/x", "X");
    libc.renameat2(fd, ascii("a"), fd, ascii("d"), Linux.RENAME_EXCHANGE);
    assertThat(dir.content("d")).isEqualTo("A");
    assertThat(dir.content("a/x")).isEqualTo("X");
    PosixException e =
        catchThrowableOfType(
            PosixException.class, () -> libc.linkat(fd, ascii("d"), fd, ascii("d"), 0));
    assertThat(e.errno()).isEqualTo(Errno.EEXIST);
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void fanotifyMarksItWhole(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    libc.mkdirat(dir.descriptor(), ascii("d"), 0755);
    int flags =
        Linux.FAN_CLOEXEC
            | Linux.FAN_UNLIMITED_QUEUE
            | Linux.FAN_REPORT_FID
            | Linux.FAN_REPORT_DIR_FID
            | Linux.FAN_REPORT_NAME
            | Linux.FAN_REPORT_TARGET_FID;
    int fanotify = libc.fanotifyInit(flags, 0);
    int add = Linux.FAN_MARK_ADD | Linux.FAN_MARK_FILESYSTEM;
    long mask = Linux.FAN_CREATE | Linux.FAN_RENAME | Linux.FAN_ONDIR;
    libc.fanotifyMark(fanotify, add, mask, dir.descriptor(), ITSELF);
    dir.file("d/new", "");
    ByteBuffer events = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.nativeOrder());
    assertThat(libc.read(fanotify, events)).isPositive();
    assertThat(events.getLong(8) & mask).isEqualTo(Linux.FAN_CREATE);
    libc.close(fanotify);
  }

  @ParameterizedTest
  @EnumSource(LoopImage.Kind.class)
  void saysWhenItIsFull(LoopImage.Kind kind) throws Exception {
    OpenDirectory dir = mount(kind);
    StatFs all = libc.fstatfs(dir.descriptor());
    assertThat(all.available()).isBetween(1L, all.blocks());
    dir.file("a", "");
    int file = dir.open("a");
    PosixException e =
        catchThrowableOfType(PosixException.class, () -> libc.fallocate(file, 0, 0, 1L << 40));
    assertThat(e.errno()).isIn(Errno.ENOSPC, Errno.EFBIG);
    libc.close(file);
  }
}
