package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.georep.posix.RawPath.ascii;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.georep.name.FileName;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NativeLibcXattrsTest {
  private static final byte[] NAME = ascii("user.one");

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();
  private OpenDirectory dir;

  @BeforeEach
  void open() throws PosixException {
    dir = new OpenDirectory(libc, sandbox.path());
    dir.file("f", "");
    libc.symlinkat(ascii("f"), dir.descriptor(), ascii("s"));
  }

  @AfterEach
  void close() throws PosixException {
    dir.close();
  }

  private byte[] path(String name) {
    return ProcPath.of(dir.descriptor(), FileName.of(name));
  }

  private static List<String> texts(List<byte[]> names) {
    return names.stream().map(OpenDirectory::text).sorted().toList();
  }

  @Test
  void setsGetsListsAndRemoves() throws PosixException {
    byte[] value = {0, 1, 2, (byte) 0xff, 0};
    libc.setxattr(path("s"), NAME, value, 0);
    libc.setxattr(path("f"), ascii("user.empty"), new byte[0], 0);

    assertThat(libc.getxattr(path("f"), NAME)).isEqualTo(value);
    assertThat(libc.getxattr(path("s"), NAME)).isEqualTo(value);
    assertThat(libc.lgetxattr(path("f"), NAME)).isEqualTo(value);
    assertThat(libc.lgetxattr(path("s"), NAME)).isNull();
    assertThat(libc.getxattr(path("f"), ascii("user.empty"))).isEmpty();
    assertThat(libc.getxattr(path("f"), ascii("user.none"))).isNull();
    assertThat(texts(libc.listxattr(path("f")))).containsExactly("user.empty", "user.one");
    assertThat(texts(libc.listxattr(path("s")))).containsExactly("user.empty", "user.one");
    assertThat(libc.llistxattr(path("s"))).isEmpty();

    libc.removexattr(path("s"), NAME);
    libc.removexattr(path("f"), NAME);
    libc.lremovexattr(path("f"), ascii("user.empty"));
    libc.lremovexattr(path("f"), ascii("user.empty"));
    assertThat(libc.listxattr(path("f"))).isEmpty();
  }

  @Test
  void byDescriptor() throws PosixException {
    int file = dir.open("f");
    libc.fsetxattr(file, NAME, ascii("v"), Linux.XATTR_CREATE);
    assertThat(libc.fgetxattr(file, NAME)).isEqualTo(ascii("v"));
    assertThat(libc.fgetxattr(file, ascii("user.none"))).isNull();
    libc.close(file);
  }

  @Test
  void byPathDescriptorAlsoOfASymbolicLink() throws PosixException {
    assumeTrue(libc.geteuid() == 0, "attributes of a link need root");
    byte[] trusted = ascii("trusted.two");
    int file = dir.openPath("f");
    int link = dir.openPath("s");
    libc.setxattr(ProcPath.of(file), NAME, ascii("file"), 0);
    libc.setxattr(ProcPath.of(link), trusted, ascii("link"), 0);

    assertThat(libc.getxattr(ProcPath.of(file), NAME)).isEqualTo(ascii("file"));
    assertThat(libc.getxattr(ProcPath.of(link), trusted)).isEqualTo(ascii("link"));
    assertThat(libc.lgetxattr(path("s"), trusted)).isEqualTo(ascii("link"));
    assertThat(libc.lgetxattr(path("f"), trusted)).isNull();
    assertThat(texts(libc.listxattr(ProcPath.of(link)))).containsExactly("trusted.two");

    libc.lsetxattr(path("s"), trusted, ascii("again"), Linux.XATTR_REPLACE);
    assertThat(libc.getxattr(ProcPath.of(link), trusted)).isEqualTo(ascii("again"));
    libc.removexattr(ProcPath.of(link), trusted);
    assertThat(libc.llistxattr(path("s"))).isEmpty();
    libc.close(link);
    libc.close(file);
  }

  @Test
  void flagsAreHonoured() throws PosixException {
    libc.setxattr(path("f"), NAME, ascii("v"), Linux.XATTR_CREATE);
    PosixException e =
        catchThrowableOfType(
            PosixException.class,
            () -> libc.setxattr(path("f"), NAME, ascii("w"), Linux.XATTR_CREATE));
    assertThat(e.errno()).isEqualTo(Errno.EEXIST);
    e =
        catchThrowableOfType(
            PosixException.class,
            () -> libc.setxattr(path("f"), ascii("user.x"), ascii("w"), Linux.XATTR_REPLACE));
    assertThat(e.errno()).isEqualTo(Errno.ENODATA);
  }

  @Test
  void largeValues() throws PosixException {
    byte[] value = OpenDirectory.repeat('v', 3000);
    libc.setxattr(path("f"), NAME, value, 0);
    assertThat(libc.getxattr(path("f"), NAME)).isEqualTo(value);
    PosixException e =
        catchThrowableOfType(
            PosixException.class, () -> libc.setxattr(path("f"), NAME, new byte[65537], 0));
    assertThat(e.errno()).isEqualTo(7); // E2BIG
  }

  @Test
  void whereThereAreNoAttributesThereAreNone() throws PosixException {
    byte[] proc = ascii("/proc/self/status");
    assertThat(libc.listxattr(proc)).isEmpty();
    assertThat(libc.llistxattr(proc)).isEmpty();
    assertThat(libc.getxattr(proc, NAME)).isNull();
  }

  @Test
  void aMissingFileIsNotAMissingAttribute() {
    PosixException e =
        catchThrowableOfType(PosixException.class, () -> libc.getxattr(ascii("/nowhere"), NAME));
    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
    e = catchThrowableOfType(PosixException.class, () -> libc.removexattr(ascii("/nowhere"), NAME));
    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
    e = catchThrowableOfType(PosixException.class, () -> libc.listxattr(ascii("/nowhere")));
    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
  }
}
