package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.georep.posix.RawPath.ascii;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.georep.name.EntryPath;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MountsTest {
  private static final String SAMPLE =
      """
      22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
      24 22 0:21 / /srv/data rw shared:7 master:1 - xfs /dev/vdb rw
      25 24 0:22 /sub /srv/data/a\\040b\\134c\\012d rw - btrfs /dev/vdc rw
      26 22 259:1048575 / /srv/database rw - fuse.glusterfs h:/v rw
      """;

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @Test
  void parsesAsTheManualSays() throws IOException {
    Mounts mounts = Mounts.parse(ascii(SAMPLE));
    assertThat(mounts.all()).hasSize(4);
    Mount odd = mounts.all().get(2);
    assertThat(odd.id()).isEqualTo(25);
    assertThat(odd.parentId()).isEqualTo(24);
    assertThat(odd.point()).isEqualTo(EntryPath.parse("srv/data/a b\\c\nd"));
    assertThat(odd.fileSystem()).isEqualTo("btrfs");
    assertThat(mounts.all().get(0).point().isRoot()).isTrue();
    assertThat(mounts.all().get(3).device()).isEqualTo(Layout.device(259, 1048575));
    assertThat(mounts.all().get(3).fileSystem()).isEqualTo("fuse.glusterfs");
  }

  @Test
  void whatLiesOnARemovedDirectoryIsNowhere() throws IOException {
    String gone = "27 24 0:9 / /srv/data/gone//deleted rw - tmpfs t rw\n";
    assertThat(Mounts.parse(ascii(SAMPLE + gone)).all()).hasSize(4);
  }

  @Test
  void belowIsByNamesNotByLetters() throws IOException {
    Mounts mounts = Mounts.parse(ascii(SAMPLE));
    assertThat(mounts.below(EntryPath.parse("srv/data")))
        .extracting(Mount::id)
        .containsExactly(25L);
    assertThat(mounts.below(EntryPath.parse("srv")))
        .extracting(Mount::id)
        .containsExactly(24L, 25L, 26L);
    assertThat(mounts.below(EntryPath.ROOT)).hasSize(3);
    assertThat(mounts.byId(26)).isPresent();
    assertThat(mounts.byId(99)).isEmpty();
  }

  @Test
  void aPointOfAnyBytes() throws IOException {
    byte[] line = "1 0 0:1 / /\u00ff\u0080 rw - tmpfs t rw\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Mounts.parse(line).all().get(0).point().toBytes())
        .isEqualTo(new byte[] {(byte) 0xff, (byte) 0x80});
  }

  @Test
  void anUnknownLineIsAnError() {
    for (String bad :
        new String[] {
          "nonsense",
          "1 2 3 4 5 6",
          "1 0 0:1 / x rw - tmpfs t rw",
          "1 0 0:1 / /x rw shared:1",
          "1 0 0:1 / /\\04 rw - tmpfs t rw"
        }) {
      assertThatThrownBy(() -> Mounts.parse(ascii(bad)))
          .as(bad)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("mountinfo");
    }
  }

  @Test
  void readsWhatIsMountedHere() throws IOException {
    Mounts mounts = Mounts.read(NativeLibc.instance());
    assertThat(mounts.all()).anyMatch(m -> m.point().isRoot());
    assertThat(mounts.all())
        .anyMatch(m -> m.point().equals(EntryPath.parse("proc")) && m.fileSystem().equals("proc"));
  }

  @Test
  void findsAMountWithAnOddName() throws Exception {
    Libc libc = NativeLibc.instance();
    assumeTrue(libc.geteuid() == 0, "mounting needs root");
    Path odd = Files.createDirectory(sandbox.path().resolve("tab\tnew\nline back\\slash #"));
    Program.check("mount", "-t", "tmpfs", "tmpfs", odd.toString());
    try {
      byte[] top = sandbox.bytes();
      EntryPath below = EntryPath.parse(Arrays.copyOfRange(top, 1, top.length));
      assertThat(Mounts.read(libc).below(below))
          .singleElement()
          .satisfies(
              mount -> {
                byte[] point = mount.point().toBytes();
                byte[] expected = RawPath.toBytes(odd);
                assertThat(point).isEqualTo(Arrays.copyOfRange(expected, 1, expected.length));
                assertThat(mount.id()).isEqualTo(libc.statx(Linux.AT_FDCWD, expected, 0).mountId());
              });
    } finally {
      Program.check("umount", odd.toString());
    }
  }
}
