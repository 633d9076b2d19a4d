package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.georep.posix.OpenDirectory.text;
import static org.georep.posix.RawPath.ascii;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AtomicFileTest {
  private static final byte[] OLD = ascii("the old content");
  private static final byte[] NEW = ascii("what is new");

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
  private Path path;
  private AtomicFile file;

  @BeforeEach
  void prepare() {
    path = sandbox.path().resolve("state");
    file = new AtomicFile(faulty.libc(), path);
  }

  private String content() throws PosixException {
    return text(new AtomicFile(NativeLibc.instance(), path).read().orElseThrow());
  }

  @Test
  void writesAndReads() throws Exception {
    assertThat(file.read()).isEmpty();
    file.write(OLD);
    assertThat(file.read()).get().isEqualTo(OLD);
    file.write(NEW);
    assertThat(file.read()).get().isEqualTo(NEW);
    file.write(new byte[0]);
    assertThat(file.read()).get().isEqualTo(new byte[0]);
    byte[] large = new byte[100_000];
    large[99_999] = 1;
    file.write(large);
    assertThat(file.read()).get().isEqualTo(large);
    assertThat(sandbox.path()).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void isReadableByItsOwnerOnly() throws Exception {
    file.write(OLD);
    assertThat(Files.getPosixFilePermissions(path))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void deletes() throws Exception {
    file.delete();
    file.write(OLD);
    file.delete();
    assertThat(file.read()).isEqualTo(Optional.empty());
    assertThat(path).doesNotExist();
  }

  @Test
  void aMissingDirectoryIsAnError() {
    AtomicFile lost = new AtomicFile(NativeLibc.instance(), sandbox.path().resolve("no/state"));
    assertThatThrownBy(lost::read).isInstanceOf(PosixException.class).hasMessageContaining("no:");
    assertThatThrownBy(() -> lost.write(OLD)).isInstanceOf(PosixException.class);
    assertThatThrownBy(() -> new AtomicFile(NativeLibc.instance(), Path.of("/")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLinkInPlaceOfTheTemporaryFileIsNotFollowed() throws Exception {
    Path victim = Files.writeString(sandbox.path().resolve("victim"), "untouched");
    Files.createSymbolicLink(sandbox.path().resolve("state.new"), victim);
    file.write(NEW);
    assertThat(victim).hasContent("untouched");
    assertThat(content()).isEqualTo(text(NEW));
  }

  @Test
  void syncsTheFileThenRenamesThenSyncsTheDirectory() throws Exception {
    faulty.record();
    file.write(NEW);
    List<String> order =
        faulty.calls().stream()
            .map(FaultyLibc.Call::toString)
            .filter(call -> call.startsWith("fsync") || call.startsWith("rename"))
            .toList();
    assertThat(order)
        .containsExactly(
            "fsync[state.new]", "renameat2[state.new, state]", "fsync[" + sandbox.path() + "]");
  }

  @Test
  void aCrashAtAnyCallLeavesOldOrNew() throws Exception {
    boolean renamed = false;
    int step = 1;
    for (boolean crashed = true; crashed; step++) {
      new AtomicFile(NativeLibc.instance(), path).write(OLD);
      faulty.clear();
      faulty.record();
      faulty.crash(call -> true).nth(step);
      crashed = false;
      try {
        file.write(NEW);
      } catch (FaultyLibc.Crashed e) {
        crashed = true;
      }
      boolean now = faulty.calls().stream().anyMatch(c -> c.method().equals("renameat2"));
      boolean atRename = e(faulty.calls(), step).equals("renameat2");
      renamed = now && !atRename;
      assertThat(content()).isEqualTo(text(renamed ? NEW : OLD));
      faulty.clear();
      file.write(ascii("after"));
      assertThat(content()).isEqualTo("after");
    }
    assertThat(renamed).as("the last round ran to its end").isTrue();
    assertThat(step).as("steps with a crash").isGreaterThan(8);
  }

  private static String e(List<FaultyLibc.Call> calls, int step) {
    return calls.size() < step ? "" : calls.get(step - 1).method();
  }

  @Test
  void anErrorAtAnyCallIsToldAndLeavesAWholeFile() throws Exception {
    int step = 1;
    for (boolean failed = true; failed; step++) {
      new AtomicFile(NativeLibc.instance(), path).write(OLD);
      faulty.clear();
      FaultyLibc.Rule rule = faulty.fail(call -> true, Errno.EIO).nth(step);
      failed = false;
      try {
        file.write(NEW);
      } catch (PosixException error) {
        assertThat(error.errno()).isEqualTo(Errno.EIO);
        failed = true;
      }
      assertThat(failed).isEqualTo(rule.seen() >= step);
      assertThat(content()).isIn(text(OLD), text(NEW));
    }
    assertThat(content()).isEqualTo(text(NEW));
  }
}
