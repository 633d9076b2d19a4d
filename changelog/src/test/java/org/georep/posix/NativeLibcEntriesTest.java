package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.georep.posix.OpenDirectory.ITSELF;
import static org.georep.posix.OpenDirectory.repeat;
import static org.georep.posix.RawPath.ascii;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.georep.name.FileName;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeLibcEntriesTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();
  private OpenDirectory dir;
  private int fd;

  @BeforeEach
  void open() throws PosixException {
    dir = new OpenDirectory(libc, sandbox.path());
    fd = dir.descriptor();
  }

  @AfterEach
  void close() throws PosixException {
    dir.close();
  }

  private static PosixException failure(ThrowingCallable call) {
    PosixException e = catchThrowableOfType(PosixException.class, call);
    assertThat(e).as("the call must fail").isNotNull();
    return e;
  }

  @Test
  void opensAndSaysWhatIsMissing() throws PosixException {
    dir.file("a", "hello");
    assertThat(dir.content("a")).isEqualTo("hello");

    PosixException e = failure(() -> libc.openat(fd, ascii("b"), Linux.O_RDONLY, 0));
    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
    assertThat(e.call()).isEqualTo("openat");
    assertThat(e).hasMessage("b: no such file or directory (openat: ENOENT)");
  }

  @Test
  void aDescriptorIsNotInherited() throws Exception {
    dir.file("a", "");
    int file = dir.open("a");
    String flags = Files.readString(java.nio.file.Path.of("/proc/self/fdinfo/" + file));
    assertThat(flags).containsPattern("flags:\\s+02[0-7]{6}");
    libc.close(file);
  }

  @Test
  void closingTwiceFails() throws PosixException {
    dir.file("a", "");
    int file = dir.open("a");
    libc.close(file);
    assertThat(failure(() -> libc.close(file)).errno()).isEqualTo(Errno.EBADF);
  }

  @Test
  void aPathWithNulReachesNothing() throws PosixException {
    dir.file("a", "kept");
    byte[] tricky = {'a', 0, 'b'};
    assertThat(failure(() -> libc.unlinkat(fd, tricky, 0)).errno()).isEqualTo(Errno.EINVAL);
    assertThat(failure(() -> libc.symlinkat(tricky, fd, ascii("l"))).errno())
        .isEqualTo(Errno.EINVAL);
    assertThat(failure(() -> libc.openat(fd, tricky, 0, 0)).errno()).isEqualTo(Errno.EINVAL);
    assertThat(dir.names()).containsExactly("a");
  }

  @Test
  void openat2StaysBeneath() throws PosixException {
    libc.mkdirat(fd, ascii("d"), 0755);
    libc.symlinkat(ascii("/etc"), fd, ascii("out"));
    libc.symlinkat(ascii("d"), fd, ascii("in"));
    int flags = Linux.O_PATH | Linux.O_DIRECTORY;

    libc.close(libc.openat2(fd, ascii("d"), flags, 0, Linux.RESOLVE_BENEATH));
    libc.close(libc.openat2(fd, ascii("in"), flags, 0, Linux.RESOLVE_BENEATH));
    for (String escape : List.of("..", "/", "out", "d/../..")) {
      assertThat(
              failure(() -> libc.openat2(fd, ascii(escape), flags, 0, Linux.RESOLVE_BENEATH))
                  .errno())
          .as(escape)
          .isEqualTo(Errno.EXDEV);
    }
    assertThat(
            failure(() -> libc.openat2(fd, ascii("in"), flags, 0, Linux.RESOLVE_NO_SYMLINKS))
                .errno())
        .isEqualTo(Errno.ELOOP);
    int made = libc.openat2(fd, ascii("d/f"), OpenDirectory.NEW_FILE, 0600, Linux.RESOLVE_BENEATH);
    assertThat(libc.statx(made, ITSELF, Linux.AT_EMPTY_PATH).permissions()).isEqualTo(0600);
    libc.close(made);
  }

  @Test
  void statxAgreesWithJava() throws Exception {
    dir.file("a", "12345");
    libc.linkat(fd, ascii("a"), fd, ascii("b"), 0);
    Stat stat = dir.stat("a");
    java.util.Map<String, Object> java =
        Files.readAttributes(
            sandbox.path().resolve("a"), "unix:mode,nlink,uid,gid,dev,ino,rdev,size,ctime");

    assertThat(stat.mode()).isEqualTo(java.get("mode"));
    assertThat(stat.nlink()).isEqualTo(java.get("nlink")).isEqualTo(2);
    assertThat(stat.uid()).isEqualTo(java.get("uid"));
    assertThat(stat.gid()).isEqualTo(java.get("gid"));
    assertThat(stat.device()).isEqualTo(java.get("dev"));
    assertThat(stat.inode()).isEqualTo(java.get("ino"));
    assertThat(stat.size()).isEqualTo(5);
    assertThat(stat.isRegular()).isTrue();
    assertThat(stat.isDirectory()).isFalse();
    assertThat(java.get("ctime")).isEqualTo(FileTime.from(stat.ctime()));
    assertThat(stat.mtime())
        .isEqualTo(Files.getLastModifiedTime(sandbox.path().resolve("a")).toInstant());
    assertThat(stat.mountRoot()).isFalse();
    assertThat(stat).isEqualTo(dir.stat("b"));
  }

  @Test
  void statxOfADescriptorAndOfARoot() throws PosixException {
    dir.file("a", "x");
    int path = dir.openPath("a");
    assertThat(libc.statx(path, ITSELF, Linux.AT_EMPTY_PATH)).isEqualTo(dir.stat("a"));
    libc.close(path);
    Stat proc = libc.statx(Linux.AT_FDCWD, ascii("/proc"), 0);
    assertThat(proc.mountRoot()).isTrue();
    assertThat(proc.mountId()).isNotEqualTo(dir.stat("a").mountId());
  }

  @Test
  void listsWithoutDotsFromTheBeginningEachTime() throws PosixException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      // Long enough to need several steps of the kernel.
      String name = "%0200d".formatted(i);
      names.add(name);
      dir.file(name, "");
    }
    assertThat(dir.names()).isEqualTo(names);
    assertThat(dir.names()).isEqualTo(names);
  }

  @Test
  void aListingTellsTypesAndInodes() throws PosixException {
    dir.file("f", "");
    libc.mkdirat(fd, ascii("d"), 0700);
    libc.symlinkat(ascii("x"), fd, ascii("l"));
    libc.mknodat(fd, ascii("p"), Linux.S_IFIFO | 0600, 0);
    for (Dirent entry : libc.list(fd)) {
      Stat stat = libc.statx(fd, entry.name().toBytes(), Linux.AT_SYMLINK_NOFOLLOW);
      assertThat(entry.type() << 12).as(entry.toString()).isEqualTo(stat.type());
      assertThat(entry.inode()).isEqualTo(stat.inode());
    }
    assertThat(libc.list(fd)).hasSize(4);
    dir.file("g", "");
    int file = dir.open("g");
    assertThat(failure(() -> libc.list(file)).errno()).isEqualTo(Errno.ENOTDIR);
    libc.close(file);
  }

  @Test
  void readsLinksWhole() throws PosixException {
    byte[] longest = repeat('t', 4095);
    libc.symlinkat(longest, fd, ascii("l"));
    assertThat(libc.readlinkat(fd, ascii("l"))).isEqualTo(longest);
    int link = dir.openPath("l");
    assertThat(libc.readlinkat(link, ITSELF)).isEqualTo(longest);
    libc.close(link);
    byte[] tooLong = repeat('t', 4096);
    assertThat(failure(() -> libc.symlinkat(tooLong, fd, ascii("m"))).errno())
        .isEqualTo(Errno.ENAMETOOLONG);
    byte[] enormous = repeat('t', 100_000);
    assertThat(failure(() -> libc.statx(fd, enormous, 0)).errno()).isEqualTo(Errno.ENAMETOOLONG);
    dir.file("f", "");
    assertThat(failure(() -> libc.readlinkat(fd, ascii("f"))).errno()).isEqualTo(Errno.EINVAL);
  }

  @Test
  void renamesAsAsked() throws PosixException {
    dir.file("a", "A");
    dir.file("b", "B");
    assertThat(
            failure(() -> libc.renameat2(fd, ascii("a"), fd, ascii("b"), Linux.RENAME_NOREPLACE))
                .errno())
        .isEqualTo(Errno.EEXIST);
    libc.renameat2(fd, ascii("a"), fd, ascii("b"), Linux.RENAME_EXCHANGE);
    assertThat(dir.content("a")).isEqualTo("B");
    libc.renameat2(fd, ascii("a"), fd, ascii("b"), 0);
    assertThat(dir.names()).containsExactly("b");
    assertThat(dir.content("b")).isEqualTo("B");
  }

  @Test
  void removesFilesAndDirectories() throws PosixException {
    libc.mkdirat(fd, ascii("d"), 0755);
    dir.file("d/f", "");
    assertThat(failure(() -> libc.unlinkat(fd, ascii("d"), 0)).errno()).isEqualTo(Errno.EISDIR);
    assertThat(failure(() -> libc.unlinkat(fd, ascii("d"), Linux.AT_REMOVEDIR)).errno())
        .isEqualTo(Errno.ENOTEMPTY);
    libc.unlinkat(fd, ascii("d/f"), 0);
    libc.unlinkat(fd, ascii("d"), Linux.AT_REMOVEDIR);
    assertThat(dir.names()).isEmpty();
  }

  @Test
  void linksByNameAndByDescriptor() throws PosixException {
    dir.file("a", "A");
    libc.symlinkat(ascii("a"), fd, ascii("s"));
    libc.linkat(fd, ascii("s"), fd, ascii("link-to-link"), 0);
    libc.linkat(fd, ascii("s"), fd, ascii("link-to-file"), Linux.AT_SYMLINK_FOLLOW);
    assertThat(dir.stat("link-to-link").isSymlink()).isTrue();
    assertThat(dir.stat("link-to-file").inode()).isEqualTo(dir.stat("a").inode());

    int path = dir.openPath("a");
    libc.linkat(Linux.AT_FDCWD, ProcPath.of(path), fd, ascii("by-proc"), Linux.AT_SYMLINK_FOLLOW);
    assertThat(dir.stat("by-proc").inode()).isEqualTo(dir.stat("a").inode());
    libc.close(path);
  }

  @Test
  void changesModeAndOwner() throws PosixException {
    dir.file("a", "");
    libc.symlinkat(ascii("a"), fd, ascii("s"));
    libc.fchmodat(fd, ascii("s"), 04751);
    assertThat(dir.stat("a").permissions()).isEqualTo(04751);
    int path = dir.openPath("a");
    libc.fchmodat(Linux.AT_FDCWD, ProcPath.of(path), 0600);
    assertThat(dir.stat("a").permissions()).isEqualTo(0600);

    assumeTrue(libc.geteuid() == 0, "giving files away needs root");
    libc.fchownat(fd, ascii("s"), 12, 34, Linux.AT_SYMLINK_NOFOLLOW);
    assertThat(dir.stat("s")).extracting(Stat::uid, Stat::gid).containsExactly(12, 34);
    assertThat(dir.stat("a")).extracting(Stat::uid, Stat::gid).containsExactly(0, 0);
    libc.fchownat(path, ITSELF, 0xfffffff0, -1, Linux.AT_EMPTY_PATH);
    assertThat(dir.stat("a")).extracting(Stat::uid, Stat::gid).containsExactly(0xfffffff0, 0);
    libc.close(path);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-1, 999999999",
    "-2147483647, 1",
    "2147483648, 5",
    "4294967296, 7",
    "9999999999, 0"
  })
  void setsTimesNearAndFar(long seconds, int nanos) throws PosixException {
    Instant time = Instant.ofEpochSecond(seconds, nanos);
    dir.file("a", "");
    libc.utimensat(fd, ascii("a"), null, time, 0);
    assertThat(dir.stat("a").mtime()).isEqualTo(time);

    libc.symlinkat(ascii("a"), fd, ascii("s"));
    libc.utimensat(fd, ascii("s"), Instant.EPOCH, time, Linux.AT_SYMLINK_NOFOLLOW);
    assertThat(dir.stat("s").mtime()).isEqualTo(time);

    libc.mkdirat(fd, ascii("d"), 0755);
    int path = dir.openPath("d");
    libc.utimensat(path, ITSELF, null, time, Linux.AT_EMPTY_PATH);
    libc.close(path);
    assertThat(dir.stat("d").mtime()).isEqualTo(time);
  }

  @Test
  void leavesTheAccessTimeWhenNotGiven() throws Exception {
    dir.file("a", "");
    Instant read = Instant.ofEpochSecond(1_000_000_000, 123);
    libc.utimensat(fd, ascii("a"), read, Instant.EPOCH, 0);
    libc.utimensat(fd, ascii("a"), null, Instant.ofEpochSecond(5), 0);
    Object atime = Files.getAttribute(sandbox.path().resolve("a"), "lastAccessTime");
    assertThat(((FileTime) atime).toInstant()).isEqualTo(read);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 3", "8, 255", "259, 300", "4095, 1048575"})
  void makesDevices(int major, int minor) throws PosixException {
    assumeTrue(libc.geteuid() == 0, "making devices needs root");
    long device = Layout.device(major, minor);
    libc.mknodat(fd, ascii("c"), Linux.S_IFCHR | 0640, device);
    libc.mknodat(fd, ascii("b"), Linux.S_IFBLK | 0640, device);
    assertThat(dir.stat("c").rdev()).isEqualTo(device);
    assertThat(dir.stat("c").type()).isEqualTo(Linux.S_IFCHR);
    assertThat(dir.stat("b").rdev()).isEqualTo(device);
    assertThat(dir.stat("b").type()).isEqualTo(Linux.S_IFBLK);
  }

  @Test
  void refusesADeviceNumberTheKernelWouldCut() {
    assertThat(failure(() -> libc.mknodat(fd, ascii("c"), Linux.S_IFCHR, 0x1_0000_0103L)).errno())
        .isEqualTo(Errno.EINVAL);
  }

  @Test
  void makesFifosAndSockets() throws PosixException {
    libc.mknodat(fd, ascii("p"), Linux.S_IFIFO | 0640, 0);
    libc.mknodat(fd, ascii("s"), Linux.S_IFSOCK | 0600, 0);
    assertThat(dir.stat("p").type()).isEqualTo(Linux.S_IFIFO);
    assertThat(dir.stat("s").type()).isEqualTo(Linux.S_IFSOCK);
    assertThat(libc.list(fd)).extracting(Dirent::name).contains(FileName.of("p"));
  }

  @Test
  void umaskCutsModes() throws PosixException {
    int before = libc.umask(0077);
    try {
      libc.mkdirat(fd, ascii("d"), 0777);
      assertThat(dir.stat("d").permissions()).isEqualTo(0700);
    } finally {
      assertThat(libc.umask(before)).isEqualTo(0077);
    }
  }

  @Test
  void fstatfsOfADescriptor() throws Exception {
    int path = libc.openat(Linux.AT_FDCWD, ascii("/proc"), Linux.O_PATH, 0);
    assertThat(libc.fstatfs(path).type()).isEqualTo(0x9fa0);
    libc.close(path);
    StatFs here = libc.fstatfs(fd);
    java.nio.file.FileStore store = Files.getFileStore(sandbox.path());
    assertThat(here.blocks() * here.blockSize()).isEqualTo(store.getTotalSpace());
    assertThat(here.filesFree()).isBetween(0L, here.files());
    assertThat(here.id()).isNotZero();
  }

  @Test
  void whoAmI() throws Exception {
    int uid = (Integer) Files.getAttribute(java.nio.file.Path.of("/proc/self"), "unix:uid");
    int gid = (Integer) Files.getAttribute(java.nio.file.Path.of("/proc/self"), "unix:gid");
    assertThat(libc.geteuid()).isEqualTo(uid);
    assertThat(libc.getegid()).isEqualTo(gid);
  }
}
