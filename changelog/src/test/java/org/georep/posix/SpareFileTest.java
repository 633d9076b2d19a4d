package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.georep.posix.OpenDirectory.text;
import static org.georep.posix.RawPath.ascii;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.georep.testing.FaultyLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SpareFileTest {
  private static final byte[] OLD = ascii("the old content");
  private static final byte[] NEW = ascii("what is new");

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();
  private final FaultyLibc faulty = new FaultyLibc(libc);
  private int directory;
  private Path path;
  private SpareFile file;

  @BeforeEach
  void prepare() throws Exception {
    open(sandbox.path());
  }

  private void open(Path where) throws PosixException {
    directory =
        libc.openat(Linux.AT_FDCWD, RawPath.toBytes(where), Linux.O_PATH | Linux.O_DIRECTORY, 0);
    path = where.resolve("state");
    file = new SpareFile(faulty.libc(), directory, "state");
  }

  @AfterEach
  void close() throws Exception {
    libc.close(directory);
  }

  private String content() throws PosixException {
    return text(new SpareFile(libc, directory, "state").read().orElseThrow());
  }

  @Test
  void writesReadsAndClears() throws Exception {
    assertThat(file.read()).isEmpty();
    file.clear();
    for (int i = 0; i < 5; i++) {
      file.write(OLD);
      assertThat(content()).isEqualTo("the old content");
      file.write(NEW);
      assertThat(content()).isEqualTo("what is new");
    }
    file.clear();
    assertThat(file.read()).isEmpty();
    file.write(NEW);
    assertThat(content()).isEqualTo("what is new");
    assertThat(Files.getPosixFilePermissions(path))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> file.write(new byte[513]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFailureLeavesTheOldContentWhole() throws Exception {
    file.write(OLD);
    for (String call : new String[] {"write", "ftruncate", "fsync", "renameat2"}) {
      faulty.fail(FaultyLibc.method(call), Errno.EIO);
      assertThatThrownBy(() -> file.write(NEW)).isInstanceOf(PosixException.class);
      faulty.clear();
      assertThat(content()).isEqualTo("the old content");
    }
    file.write(NEW);
    assertThat(content()).isEqualTo("what is new");
  }

  @Test
  void whereNamesCannotBeExchangedItIsRenamed() throws Exception {
    file.write(OLD);
    faulty.fail(FaultyLibc.method("renameat2"), Errno.EINVAL).firstTimes(1);
    file.write(NEW);
    assertThat(content()).isEqualTo("what is new");
  }

  @Test
  void whatOthersPutInThePlaceOfTheSpareIsNotWrittenInto() throws Exception {
    Path spare = sandbox.path().resolve("state.spare");
    Path victim = sandbox.path().resolve("victim");
    Files.write(victim, OLD);
    Files.createSymbolicLink(spare, victim);
    file.write(NEW);
    assertThat(Files.readString(victim)).isEqualTo("the old content");
    assertThat(content()).isEqualTo("what is new");
    Files.deleteIfExists(spare);
    Files.createLink(spare, victim);
    file.write(NEW);
    assertThat(Files.readString(victim)).isEqualTo("the old content");
  }

  @Test
  void aDiskThatIsFullToTheLastBlockTakesIt() throws Exception {
    libc.close(directory);
    try (LoopImage image = LoopImage.create(LoopImage.Kind.EXT4, sandbox.path(), 24)) {
      image.mount();
      open(image.mountPoint());
      takesItFull(image);
    } finally {
      open(sandbox.path());
    }
  }

  private void takesItFull(LoopImage image) throws Exception {
    try {
      file.prepare();
      int ballast = 0;
      do { // ext4 gives back now and then what it had set apart
        assertThat(ballast).as("it gets full").isLessThan(100);
        fill(image.mountPoint().resolve("ballast" + ballast++));
      } while (takesAnother(image.mountPoint().resolve("other" + ballast)));
      for (int i = 0; i < 20; i++) {
        file.write(ascii("number " + i));
        assertThat(content()).isEqualTo("number " + i);
        if (i == 10) {
          file.clear();
        }
      }
    } finally {
      libc.close(directory);
    }
  }

  private boolean takesAnother(Path other) throws IOException {
    try {
      new AtomicFile(libc, other).write(NEW);
      return true;
    } catch (PosixException e) {
      return false;
    }
  }

  private static void fill(Path ballast) throws IOException {
    byte[] block = new byte[1024];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }
}
