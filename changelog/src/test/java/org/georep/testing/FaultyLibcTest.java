package org.georep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.georep.testing.FaultyLibc.method;
import static org.georep.testing.FaultyLibc.path;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FaultyLibcTest {
  private static final int MAKE = Linux.O_CREAT | Linux.O_RDWR;

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc real = NativeLibc.instance();
  private final FaultyLibc faulty = new FaultyLibc(real);
  private final Libc libc = faulty.libc();
  private int dir;

  @BeforeEach
  void open() throws PosixException {
    dir = real.openat(Linux.AT_FDCWD, sandbox.bytes(), Linux.O_RDONLY, 0);
  }

  @AfterEach
  void close() throws PosixException {
    real.close(dir);
  }

  private static byte[] name(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void withoutRulesItIsTheRealOne() throws PosixException {
    libc.mkdirat(dir, name("d"), 0755);
    assertThat(libc.list(dir)).hasSize(1);
    assertThat(libc.umask(022)).isEqualTo(real.umask(022));
    assertThatThrownBy(() -> libc.mkdirat(dir, name("d"), 0755))
        .isInstanceOf(PosixException.class)
        .hasMessageContaining("EEXIST");
    assertThat(libc.poll(new int[0], new short[0], 0)).isEmpty();
  }

  @Test
  void failsTheCallsThatMatch() throws PosixException {
    FaultyLibc.Rule rule = faulty.fail(method("mkdirat").and(path("b")), Errno.ENOSPC);
    libc.mkdirat(dir, name("a"), 0755);
    PosixException e =
        catchThrowableOfType(PosixException.class, () -> libc.mkdirat(dir, name("b"), 0755));
    assertThat(e.errno()).isEqualTo(Errno.ENOSPC);
    assertThat(e).hasMessageStartingWith("b: ");
    assertThat(real.list(dir)).hasSize(1);
    assertThat(rule.seen()).isEqualTo(1);
    faulty.clear();
    libc.mkdirat(dir, name("b"), 0755);
  }

  @Test
  void matchesEitherNameOfARename() throws PosixException {
    faulty.fail(method("renameat2").and(path("to")), Errno.EIO);
    real.mkdirat(dir, name("from"), 0755);
    assertThatThrownBy(() -> libc.renameat2(dir, name("from"), dir, name("to"), 0))
        .hasMessageContaining("EIO");
    libc.renameat2(dir, name("from"), dir, name("other"), 0);
  }

  @Test
  void knowsWhatADescriptorWasOpenedAs() throws PosixException {
    faulty.fail(method("write").and(path("a")), Errno.EIO);
    int a = libc.openat(dir, name("a"), MAKE, 0600);
    int b = libc.openat2(dir, name("b"), MAKE, 0600, Linux.RESOLVE_BENEATH);
    libc.write(b, ByteBuffer.allocateDirect(1));
    assertThatThrownBy(() -> libc.write(a, ByteBuffer.allocateDirect(1)))
        .hasMessageContaining("a: ")
        .hasMessageContaining("EIO");
    libc.close(a);
    libc.close(b);
  }

  @Test
  void countsFromTheFirstThatMatches() {
    faulty.fail(method("mkdirat"), Errno.EIO).nth(2);
    faulty.fail(method("mkdirat"), Errno.EROFS).from(4);
    List<String> results = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      byte[] name = name("d" + i);
      try {
        libc.mkdirat(dir, name, 0755);
        results.add("made");
      } catch (PosixException e) {
        results.add(Errno.name(e.errno()));
      }
    }
    assertThat(results).containsExactly("made", "EIO", "made", "EROFS", "EROFS", "EROFS");
    faulty.clear();
    faulty.fail(method("unlinkat"), Errno.EBUSY).firstTimes(1);
    assertThatThrownBy(() -> libc.unlinkat(dir, name("d0"), Linux.AT_REMOVEDIR))
        .hasMessageContaining("EBUSY");
    assertThat(
            catchThrowableOfType(
                PosixException.class, () -> libc.unlinkat(dir, name("d0"), Linux.AT_REMOVEDIR)))
        .isNull();
  }

  @Test
  void runsHooksBeforeAndAfter() throws PosixException {
    List<String> seen = new ArrayList<>();
    faulty.before(method("mkdirat"), call -> seen.add("before " + real.list(dir).size()));
    faulty.after(method("mkdirat"), call -> seen.add("after " + libc.list(dir).size()));
    libc.mkdirat(dir, name("d"), 0755);
    assertThat(seen).containsExactly("before 0", "after 1");
    assertThatThrownBy(() -> libc.mkdirat(dir, name("d"), 0755)).hasMessageContaining("EEXIST");
    assertThat(seen).containsExactly("before 0", "after 1", "before 1");
  }

  @Test
  void aCrashEndsEverything() throws PosixException {
    faulty.crash(method("renameat2"));
    libc.mkdirat(dir, name("a"), 0755);
    assertThatThrownBy(() -> libc.renameat2(dir, name("a"), dir, name("b"), 0))
        .isInstanceOf(FaultyLibc.Crashed.class);
    assertThatThrownBy(() -> libc.unlinkat(dir, name("a"), Linux.AT_REMOVEDIR))
        .isInstanceOf(FaultyLibc.Crashed.class);
    assertThatThrownBy(libc::geteuid).isInstanceOf(FaultyLibc.Crashed.class);
    assertThat(real.list(dir)).hasSize(1);
    faulty.clear();
    libc.unlinkat(dir, name("a"), Linux.AT_REMOVEDIR);
  }

  @Test
  void recordsCalls() throws PosixException {
    faulty.record();
    libc.mkdirat(dir, name("a"), 0755);
    libc.setxattr(sandbox.bytes(), name("user.x"), name("v"), 0);
    assertThat(faulty.calls())
        .extracting(FaultyLibc.Call::toString)
        .containsExactly("mkdirat[a]", "setxattr[" + sandbox.path() + "]");
  }

  @Test
  void aMethodThatIsNotThereIsAMistake() {
    assertThatThrownBy(() -> method("rename")).isInstanceOf(IllegalArgumentException.class);
  }
}
