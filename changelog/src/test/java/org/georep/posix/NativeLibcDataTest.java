package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.georep.posix.OpenDirectory.direct;
import static org.georep.posix.OpenDirectory.text;
import static org.georep.posix.RawPath.ascii;

import java.nio.ByteBuffer;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NativeLibcDataTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();
  private OpenDirectory dir;
  private int file;

  @BeforeEach
  void open() throws PosixException {
    dir = new OpenDirectory(libc, sandbox.path());
    dir.file("f", "0123456789");
    file = dir.open("f");
  }

  @AfterEach
  void close() throws PosixException {
    libc.close(file);
    dir.close();
  }

  @Test
  void readHonoursPositionAndLimit() throws PosixException {
    ByteBuffer buffer = direct("..........");
    buffer.position(2).limit(6);
    assertThat(libc.read(file, buffer)).isEqualTo(4);
    assertThat(buffer.position()).isEqualTo(6);
    assertThat(text(buffer.rewind().limit(10))).isEqualTo("..0123....");
  }

  @Test
  void readOfASlice() throws PosixException {
    ByteBuffer whole = direct("..........");
    ByteBuffer slice = whole.position(3).slice();
    slice.limit(2);
    assertThat(libc.pread(file, slice, 8)).isEqualTo(2);
    assertThat(text(whole.rewind())).isEqualTo("...89.....");
  }

  @Test
  void readAtTheEndIsZero() throws PosixException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(4);
    assertThat(libc.pread(file, buffer, 10)).isZero();
    assertThat(libc.pread(file, buffer, 1L << 40)).isZero();
    assertThat(buffer.position()).isZero();
  }

  @Test
  void aBufferOfTheHeapIsRefused() {
    assertThatThrownBy(() -> libc.read(file, ByteBuffer.allocate(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not direct");
  }

  @Test
  void writeWritesAllThatRemains() throws PosixException {
    ByteBuffer buffer = direct("abcdef");
    buffer.position(1).limit(5);
    libc.lseek(file, 3, Linux.SEEK_SET);
    libc.write(file, buffer);
    assertThat(buffer.hasRemaining()).isFalse();
    assertThat(dir.content("f")).isEqualTo("012bcde789");
    assertThat(libc.lseek(file, 0, Linux.SEEK_CUR)).isEqualTo(7);
  }

  @Test
  void writeFinishesWhatAPipeTakesInParts() throws Exception {
    libc.mknodat(dir.descriptor(), ascii("p"), Linux.S_IFIFO | 0600, 0);
    int pipe = dir.open("p");
    int size = 1 << 20; // more than a pipe holds at once
    Thread writer =
        new Thread(
            () -> {
              try {
                libc.write(pipe, ByteBuffer.allocateDirect(size));
              } catch (PosixException e) {
                throw new IllegalStateException(e);
              }
            });
    writer.start();
    ByteBuffer target = ByteBuffer.allocateDirect(size);
    while (target.hasRemaining()) {
      libc.read(pipe, target);
    }
    writer.join();
    libc.close(pipe);
  }

  @Test
  void writeToAFullDeviceFails() throws PosixException {
    int full = libc.openat(Linux.AT_FDCWD, ascii("/dev/full"), Linux.O_WRONLY, 0);
    PosixException e =
        catchThrowableOfType(PosixException.class, () -> libc.write(full, direct("x")));
    assertThat(e.errno()).isEqualTo(Errno.ENOSPC);
    libc.close(full);
  }

  @Test
  void truncatesAndGrows() throws PosixException {
    libc.ftruncate(file, 3);
    assertThat(dir.content("f")).isEqualTo("012");
    libc.ftruncate(file, 1L << 40);
    assertThat(dir.stat("f").size()).isEqualTo(1L << 40);
  }

  @Test
  void findsHolesAndPunchesThem() throws PosixException {
    int block = 4096;
    libc.ftruncate(file, 0);
    libc.fallocate(file, 0, 0, 3L * block);
    assertThat(dir.stat("f").size()).isEqualTo(3L * block);
    libc.lseek(file, 0, Linux.SEEK_SET);
    libc.write(file, ByteBuffer.allocateDirect(3 * block));
    int punch = Linux.FALLOC_FL_PUNCH_HOLE | Linux.FALLOC_FL_KEEP_SIZE;
    libc.fallocate(file, punch, block, block);
    assertThat(libc.lseek(file, 0, Linux.SEEK_HOLE)).isEqualTo(block);
    assertThat(libc.lseek(file, block, Linux.SEEK_DATA)).isEqualTo(2L * block);
    assertThat(libc.lseek(file, 0, Linux.SEEK_END)).isEqualTo(3L * block);
  }

  @Test
  void copiesRanges() throws PosixException {
    dir.file("g", "xxxxxxxxxx");
    int other = dir.open("g");
    assertThat(libc.copyFileRange(file, 2, other, 1, 4)).isEqualTo(4);
    assertThat(dir.content("g")).isEqualTo("x2345xxxxx");
    assertThat(libc.copyFileRange(file, 10, other, 0, 4)).isZero();
    assertThat(libc.lseek(file, 0, Linux.SEEK_CUR)).isZero();
    libc.close(other);
  }

  @Test
  void syncs() throws PosixException {
    libc.fsync(file);
    libc.syncfs(file);
    libc.fsync(dir.descriptor());
    int path = dir.openPath("f");
    PosixException e = catchThrowableOfType(PosixException.class, () -> libc.syncfs(path));
    assertThat(e.errno()).isEqualTo(Errno.EBADF);
    libc.close(path);
  }

  @Test
  void locks() throws PosixException {
    int other = dir.open("f");
    libc.flock(file, Linux.LOCK_EX);
    PosixException e =
        catchThrowableOfType(
            PosixException.class, () -> libc.flock(other, Linux.LOCK_EX | Linux.LOCK_NB));
    assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
    libc.flock(file, Linux.LOCK_UN);
    libc.flock(other, Linux.LOCK_EX | Linux.LOCK_NB);
    libc.close(other);
  }
}
