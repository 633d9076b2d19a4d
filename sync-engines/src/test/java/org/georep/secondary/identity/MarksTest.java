package org.georep.secondary.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Predicate;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;
import org.georep.testing.FaultyLibc;
import org.georep.testing.FaultyLibc.Call;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A file whose mode shuts its owner out, for an agent that is not root. */
class MarksTest {
  private static final Mark MARK = Mark.of(Gfid.of(new byte[] {7}));

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
  private final Libc libc = NativeLibc.instance();
  private Path top = Path.of("/");
  private Path file = Path.of("/");
  private int root;
  private int descriptor;

  @BeforeEach
  void open() throws Exception {
    top = sandbox.directory("root");
    Files.createDirectory(top.resolve(".georep"));
    file = Files.createFile(Files.createDirectory(top.resolve("d")).resolve("shut"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---r-----"));
    root = openPath(top);
    descriptor = openPath(file);
    // As the kernel does, also where the test is root.
    faulty.fail(FaultyLibc.method("setxattr", "removexattr").and(call -> isShut()), Errno.EACCES);
  }

  @AfterEach
  void close() throws Exception {
    libc.close(descriptor);
    libc.close(root);
  }

  private int openPath(Path path) throws PosixException {
    return libc.openat(Linux.AT_FDCWD, RawPath.toBytes(path), Linux.O_PATH, 0);
  }

  private boolean isShut() {
    return mode().equals("---r-----");
  }

  private String mode() {
    try {
      return PosixFilePermissions.toString(
          Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Marks marks(Libc through) throws PosixException {
    return new Marks(through, Identity.on(libc, root), root, false);
  }

  private Path note() {
    return top.resolve(".georep/opened-file");
  }

  private void dies() throws Exception {
    Predicate<Call> second = FaultyLibc.method("fchmodat");
    faulty.crash(second).nth(2);
    assertThatThrownBy(() -> marks(faulty.libc()).write(descriptor, MARK))
        .isInstanceOf(FaultyLibc.Crashed.class);
    assertThat(mode()).isEqualTo("rw-r-----");
  }

  @Test
  void isShutAgainAfterwards() throws Exception {
    marks(faulty.libc()).write(descriptor, MARK);
    assertThat(isShut()).isTrue();
    assertThat(Files.exists(note(), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void aMarkIsTakenAwayToo() throws Exception {
    marks(faulty.libc()).write(descriptor, MARK);
    marks(faulty.libc()).clear(descriptor);
    assertThat(marks(faulty.libc()).read(descriptor)).isEmpty();
    assertThat(isShut()).isTrue();
    assertThat(Files.exists(note(), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void isShutByTheNextAgentIfOneDiesInBetween() throws Exception {
    dies();
    marks(libc).giveBack();
    assertThat(isShut()).isTrue();
    assertThat(Files.exists(note(), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void anotherFileOfTheNameKeepsItsMode() throws Exception {
    dies();
    Files.move(file, file.resolveSibling("moved"));
    Files.createFile(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
    marks(libc).giveBack();
    assertThat(mode()).isEqualTo("rwxrwxrwx");
    assertThat(Files.exists(note(), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void whatSaysNothingIsPassedOver() throws Exception {
    for (String target : new String[] {"x", "600/zz/d/shut", "8/00/d/shut", "600/00/../../etc"}) {
      Files.createSymbolicLink(note(), Path.of(target));
      marks(libc).giveBack();
      assertThat(isShut()).isTrue();
      assertThat(Files.exists(note(), LinkOption.NOFOLLOW_LINKS)).as(target).isFalse();
    }
    Files.write(note(), "no link".getBytes(StandardCharsets.US_ASCII));
    marks(libc).giveBack();
    assertThat(isShut()).isTrue();
  }
}
