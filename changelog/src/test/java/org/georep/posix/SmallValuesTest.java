package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.georep.posix.RawPath.ascii;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SmallValuesTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @Test
  void machinesDifferInTheirOpenFlags() {
    int flags = Linux.O_DIRECTORY | Linux.O_CLOEXEC | Linux.O_PATH;
    assertThat(Machine.of("Linux", "amd64").openFlags(flags)).isEqualTo(flags);
    Machine arm = Machine.of("Linux", "aarch64");
    assertThat(arm.openFlags(flags)).isEqualTo(040000 | Linux.O_CLOEXEC | Linux.O_PATH);
    assertThat(arm.openFlags(Linux.O_NOFOLLOW | Linux.O_RDWR)).isEqualTo(0100000 | Linux.O_RDWR);
    assertThat(arm.openFlags(0)).isZero();
  }

  @Test
  void elsewhereItSaysSo() {
    assertThatThrownBy(() -> Machine.of("Mac OS X", "aarch64"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("Mac OS X on aarch64");
    assertThatThrownBy(() -> Machine.of("Linux", "i386")).hasMessageContaining("64-bit Java");
  }

  @Test
  void errorsHaveNamesAndWords() {
    assertThat(Errno.name(Errno.ENOENT)).isEqualTo("ENOENT");
    assertThat(Errno.name(Errno.EOPNOTSUPP)).isEqualTo("EOPNOTSUPP");
    assertThat(Errno.name(Errno.ENODATA)).isEqualTo("ENODATA");
    assertThat(Errno.name(Errno.ESTALE)).isEqualTo("ESTALE");
    assertThat(Errno.name(Errno.EDQUOT)).isEqualTo("EDQUOT");
    assertThat(Errno.describe(Errno.ENOSPC)).isEqualTo("no space left on device");
    assertThat(Errno.name(4000)).isEqualTo("errno 4000");
    assertThat(Errno.describe(4000)).isEqualTo("error 4000");
    PosixException e = new PosixException("openat", new byte[] {'a', '\n'}, Errno.EIO);
    assertThat(e.getMessage()).startsWith("a\\n: ").endsWith("(openat: EIO)");
    assertThat(e.is(Errno.EPERM, Errno.EIO)).isTrue();
    assertThat(e.is()).isFalse();
  }

  @Test
  void theErrorNumbersAreThoseOfLinux() throws IllegalAccessException {
    for (java.lang.reflect.Field field : Errno.class.getFields()) {
      assertThat(Errno.name(field.getInt(null))).isEqualTo(field.getName());
    }
  }

  @Test
  void bootIds() throws IOException {
    String text = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    assertThat(BootId.current()).hasToString(text).isEqualTo(BootId.parse(text));
    Path other = sandbox.path().resolve("other");
    Files.writeString(other, "not an id\n");
    assertThatThrownBy(() -> BootId.read(other))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("boot id");
    assertThatThrownBy(() -> BootId.read(sandbox.path().resolve("none")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void handlesAreIdentities() {
    FileHandle handle = FileHandle.of(129, new byte[] {1, 2, 3});
    assertThat(handle.toGfid()).isEqualTo(Gfid.parse("0181010203"));
    assertThat(FileHandle.of(handle.toGfid())).contains(handle);
    assertThat(FileHandle.of(Gfid.parse("0281010203"))).isEmpty();
    assertThat(FileHandle.of(Gfid.parse("0181"))).isEmpty();
    assertThat(FileHandle.of(0, new byte[46]).toGfid().length()).isEqualTo(48);
    for (int[] bad : new int[][] {{256, 4}, {-1, 4}, {1, 0}, {1, 47}}) {
      assertThatThrownBy(() -> FileHandle.of(bad[0], new byte[bad[1]]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void pathsOfDescriptors() {
    assertThat(ProcPath.of(17)).isEqualTo(ascii("/proc/self/fd/17"));
    assertThat(ProcPath.of(3, FileName.of(new byte[] {(byte) 0xff})))
        .endsWith((byte) '/', (byte) 0xff)
        .hasSize(17);
    assertThatThrownBy(() -> ProcPath.of(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RawPath.toPath(ascii("relative")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
