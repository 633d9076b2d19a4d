package org.georep.secondary.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.name.FileName;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The oldest conflicts go first, the newest stays. */
final class ConflictBoundTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final Libc libc = NativeLibc.instance();

  private void add(ConflictBound bound, String top, int files, int bytes) throws Exception {
    Path below = Files.createDirectories(kept(top).resolve("a/b"));
    for (int i = 0; i < files; i++) {
      Files.write(below.resolve("f" + i), new byte[bytes]);
    }
    bound.grown(FileName.of(top));
    bound.enforce();
  }

  private ConflictBound bound(long entries, long bytes) throws Exception {
    return bound(libc, entries, bytes);
  }

  private ConflictBound bound(Libc libc, long entries, long bytes) throws Exception {
    byte[] path = sandbox.directory("kept").toString().getBytes(StandardCharsets.UTF_8);
    int descriptor = libc.openat(Linux.AT_FDCWD, path, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    return new ConflictBound(libc, descriptor, entries, bytes);
  }

  private Path kept(String top) {
    return sandbox.path().resolve("kept").resolve(top);
  }

  @Test
  void tooManyEntriesDropTheOldest() throws Exception {
    ConflictBound bound = bound(10, Long.MAX_VALUE);
    add(bound, "20260101T000000Z", 4, 1);
    add(bound, "20260101T000001Z", 4, 1);
    assertThat(kept("20260101T000000Z")).exists();
    add(bound, "20260101T000002Z", 4, 1);
    assertThat(kept("20260101T000000Z")).doesNotExist();
    assertThat(kept("20260101T000001Z")).exists();
  }

  @Test
  void whatAnOldPrimaryHeldStays() throws Exception {
    ConflictBound bound = bound(5, Long.MAX_VALUE);
    add(bound, "20260101T000000Z-failback", 4, 1);
    add(bound, "20260101T000001Z-failback-2", 4, 1);
    add(bound, "20260101T000002Z", 4, 1);
    add(bound, "20260101T000003Z", 4, 1);
    assertThat(kept("20260101T000000Z-failback")).exists();
    assertThat(kept("20260101T000001Z-failback-2")).exists();
    assertThat(kept("20260101T000002Z")).doesNotExist();
  }

  @Test
  void tooManyBytesDropTheOldestButNeverTheNewest() throws Exception {
    ConflictBound bound = bound(1000, 100_000);
    add(bound, "20260101T000000Z", 1, 50_000);
    add(bound, "20260101T000001Z", 1, 50_000);
    add(bound, "20260101T000002Z", 1, 500_000);
    assertThat(kept("20260101T000000Z")).doesNotExist();
    assertThat(kept("20260101T000001Z")).doesNotExist();
    assertThat(kept("20260101T000002Z/a/b/f0")).exists();
  }

  @Test
  void whatIsNoDirectoryIsPassedOver() throws Exception {
    ConflictBound bound = bound(5, Long.MAX_VALUE);
    Files.writeString(Files.createDirectories(kept("")).resolve("a note"), "x");
    Files.writeString(kept("zz"), "x");
    add(bound, "20260101T000000Z", 4, 1);
    add(bound, "20260101T000001Z", 9, 1);
    assertThat(kept("20260101T000000Z")).doesNotExist();
    assertThat(kept("20260101T000001Z")).as("the newest").exists();
    assertThat(kept("a note")).hasContent("x");
  }

  @Test
  void oneThatCannotGoKeepsNoOther() throws Exception {
    FaultyLibc faulty = new FaultyLibc(libc);
    faulty.fail(
        FaultyLibc.method("unlinkat").and(FaultyLibc.path("20260101T000000Z")), Errno.EBUSY);
    ConflictBound bound = bound(faulty.libc(), 5, Long.MAX_VALUE);
    add(bound, "20260101T000000Z", 4, 1);
    add(bound, "20260101T000001Z", 4, 1);
    add(bound, "20260101T000002Z", 4, 1);
    assertThat(kept("20260101T000000Z")).exists();
    assertThat(kept("20260101T000001Z")).doesNotExist();
    assertThat(kept("20260101T000002Z")).exists();
  }
}
