package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.posix.RawPath.ascii;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.georep.name.FileName;
import org.georep.testing.ChurnNames;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Names of any bytes go through libc and {@link Path} unchanged, whatever the locale: run this with
 * {@code LC_ALL=C mvn test}, too.
 */
class NamesOnDiskTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private static final FileName LINKS = FileName.of("links");

  private final Libc libc = NativeLibc.instance();

  /** Each byte alone, in between, at the end; and all that is odd besides. */
  private static List<FileName> names() {
    List<FileName> names = new ArrayList<>(ChurnNames.allOdd());
    for (int b = 1; b < 256; b++) {
      if (b != '/') {
        names.add(FileName.of(new byte[] {'b', (byte) b, 'e'}));
        names.add(FileName.of(new byte[] {'e', '-', (byte) b}));
      }
    }
    names.add(FileName.of(OpenDirectory.repeat((char) 0xff, 255)));
    Collections.sort(names);
    return names;
  }

  @Test
  void everyByteGoesThroughEveryCallThatTakesAName() throws Exception {
    try (OpenDirectory dir = new OpenDirectory(libc, sandbox.path())) {
      int fd = dir.descriptor();
      libc.mkdirat(fd, LINKS.toBytes(), 0755);
      int number = 0;
      for (FileName name : names()) {
        byte[] bytes = name.toBytes();
        libc.close(libc.openat(fd, bytes, OpenDirectory.NEW_FILE, 0600));
        byte[] link = ascii("links/" + number++);
        libc.symlinkat(bytes, fd, link);
        assertThat(libc.readlinkat(fd, link)).isEqualTo(bytes);
        byte[] attribute = new byte[] {'u', 's', 'e', 'r', '.', bytes[0]};
        byte[] path = ProcPath.of(fd, name);
        libc.lsetxattr(path, attribute, bytes, 0);
        assertThat(libc.lgetxattr(path, attribute)).isEqualTo(bytes);
        assertThat(libc.llistxattr(path)).containsExactly(attribute);
        assertThat(libc.statx(fd, bytes, 0).isRegular()).isTrue();
      }
      List<FileName> found = new ArrayList<>(libc.list(fd).stream().map(Dirent::name).toList());
      found.remove(LINKS);
      Collections.sort(found);
      assertThat(found).isEqualTo(names());

      for (FileName name : found) {
        byte[] bytes = name.toBytes();
        FileName other = FileName.of("other");
        libc.renameat2(fd, bytes, fd, other.toBytes(), 0);
        libc.renameat2(fd, other.toBytes(), fd, bytes, Linux.RENAME_NOREPLACE);
        libc.unlinkat(fd, bytes, 0);
      }
      assertThat(dir.names()).containsExactly("links");
    }
  }

  @Test
  void pathsAndBytesAreTheSame() throws Exception {
    byte[] top = sandbox.bytes();
    for (FileName name : names()) {
      byte[] bytes = java.util.Arrays.copyOf(top, top.length + 1 + name.length());
      bytes[top.length] = '/';
      name.copyTo(bytes, top.length + 1);
      Path path = RawPath.toPath(bytes);
      assertThat(RawPath.toBytes(path)).as("%s", name).isEqualTo(bytes);
      Files.createFile(path);
      assertThat(libc.statx(Linux.AT_FDCWD, bytes, 0).isRegular()).isTrue();
      Files.delete(path);
      Files.createDirectory(path);
      assertThat(RawPath.toBytes(path)).as("directory %s", name).isEqualTo(bytes);
      Files.delete(path);
    }
    assertThat(RawPath.toBytes(Path.of("/"))).isEqualTo(ascii("/"));
    assertThat(RawPath.toPath(ascii("/"))).isEqualTo(Path.of("/"));
  }

  @Test
  void aStateFileInAnOddDirectory() throws Exception {
    byte[] top = sandbox.bytes();
    byte[] odd = java.util.Arrays.copyOf(top, top.length + 4);
    System.arraycopy(new byte[] {'/', (byte) 0xff, '\n', '%'}, 0, odd, top.length, 4);
    Path directory = Files.createDirectory(RawPath.toPath(odd));
    AtomicFile file = new AtomicFile(libc, directory.resolve("state"));
    file.write(ascii("content"));
    assertThat(file.read()).hasValueSatisfying(c -> assertThat(c).isEqualTo(ascii("content")));
  }

  @Test
  void theLocaleIsWhatTheEnvironmentSays() {
    // Not a check of the product: shows in the report under which locale this ran.
    System.out.println(
        "names tested with LC_ALL="
            + System.getenv("LC_ALL")
            + ", Java's names are "
            + System.getProperty("sun.jnu.encoding"));
    assertThat(Program.find("rsync")).isNotNull();
  }
}
