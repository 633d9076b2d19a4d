package org.georep.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.name.FileName;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SandboxTest {
  @RegisterExtension final Sandbox openedEarly = Sandbox.open();
  private final Path early = openedEarly.path();
  private final Libc libc = NativeLibc.instance();

  @Test
  void removesWhateverIsInIt() throws Exception {
    Path path;
    Path outside = Files.createTempFile("georep-outside", ".txt");
    try (Sandbox sandbox = Sandbox.open()) {
      path = sandbox.path();
      Files.createSymbolicLink(path.resolve("link"), outside);
      Files.createSymbolicLink(path.resolve("up"), Path.of(".."));
      int top = libc.openat(Linux.AT_FDCWD, sandbox.bytes(), Linux.O_RDONLY, 0);
      int directory = top;
      byte[] name = "d".repeat(FileName.MAX_LENGTH).getBytes(StandardCharsets.US_ASCII);
      for (int depth = 0; depth < 300; depth++) { // far beyond PATH_MAX
        libc.mkdirat(directory, name, 0700);
        int below = libc.openat(directory, name, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
        libc.mknodat(directory, new byte[] {(byte) 0xff, '\n'}, Linux.S_IFIFO | 0600, 0);
        if (libc.geteuid() == 0) { // any other could not go on below
          libc.fchmodat(directory, name, 0);
        }
        libc.close(directory);
        directory = below;
      }
      libc.close(directory);
      Files.createDirectories(path.resolve("x/y/z"));
      libc.fchmodat(Linux.AT_FDCWD, RawPath.toBytes(path.resolve("x/y")), 0);
      libc.fchmodat(Linux.AT_FDCWD, RawPath.toBytes(path.resolve("x")), 0);
      libc.fchmodat(Linux.AT_FDCWD, sandbox.bytes(), 0);
    }
    assertThat(path).doesNotExist();
    assertThat(outside).exists();
    Files.delete(outside);
  }

  @Test
  void openedByHandAndRegisteredIsOneDirectory() {
    assertThat(openedEarly.path()).isEqualTo(early).isDirectory();
  }
}
