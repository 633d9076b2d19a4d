package org.georep.secondary.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.Errno;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is set aside comes to a place of its own, or stays where it is and leaves nothing. */
final class ConflictsTest {
  private static final EntryPath PATH = EntryPath.parse("a/b/f");
  private static final FileName F = FileName.of("f");
  private static final String NOW = "20260101T000000Z";

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());

  @BeforeEach
  void make() {
    sandbox.directory("tree");
    sandbox.directory("kept");
  }

  private int open(String name) throws Exception {
    byte[] path = sandbox.path().resolve(name).toString().getBytes(StandardCharsets.UTF_8);
    return faulty.libc().openat(Linux.AT_FDCWD, path, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
  }

  private Conflicts conflicts() throws Exception {
    Clock clock = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
    return new Conflicts(faulty.libc(), open("kept"), clock, false);
  }

  private void take(Conflicts conflicts, String contents) throws Exception {
    Files.writeString(sandbox.path().resolve("tree/f"), contents);
    conflicts.take(open("tree"), F, PATH, "is in the way");
  }

  private Path kept(String top) {
    return sandbox.path().resolve("kept").resolve(top).resolve("a/b/f");
  }

  private List<Path> all() throws IOException {
    try (var found = Files.list(sandbox.path().resolve("kept"))) {
      return found.toList();
    }
  }

  @Test
  void whatCannotBeMovedLeavesNoEmptyDirectories() throws Exception {
    Conflicts conflicts = conflicts();
    faulty.fail(FaultyLibc.method("renameat2"), Errno.EACCES);
    assertThatThrownBy(() -> take(conflicts, "one")).isInstanceOf(PosixException.class);
    assertThat(all()).isEmpty();
    assertThat(sandbox.path().resolve("tree/f")).hasContent("one");
  }

  @Test
  void whatLiesBesideItStays() throws Exception {
    Conflicts conflicts = conflicts();
    take(conflicts, "one");
    Files.move(kept(NOW), kept(NOW).resolveSibling("g"));
    faulty.fail(FaultyLibc.method("renameat2"), Errno.EACCES);
    assertThatThrownBy(() -> take(conflicts, "two")).isInstanceOf(PosixException.class);
    assertThat(kept(NOW).resolveSibling("g")).hasContent("one");
  }

  @Test
  void noDirectoryThatCouldNotBeMadeLeavesThoseAboveIt() throws Exception {
    Conflicts conflicts = conflicts();
    faulty.fail(FaultyLibc.method("mkdirat").and(FaultyLibc.path("b")), Errno.ENOSPC);
    assertThatThrownBy(() -> take(conflicts, "one")).isInstanceOf(PosixException.class);
    assertThat(all()).isEmpty();
  }

  /** As older ZFS, NFS and others that do not know RENAME_NOREPLACE. */
  @Test
  void aFileSystemWithoutNoreplaceKeepsAllTheSame() throws Exception {
    Conflicts conflicts = conflicts();
    faulty.fail(
        FaultyLibc.method("renameat2")
            .and(call -> call.arguments()[4].equals(Linux.RENAME_NOREPLACE)),
        Errno.EINVAL);
    take(conflicts, "one");
    take(conflicts, "two");
    assertThat(kept(NOW)).hasContent("one");
    assertThat(kept(NOW + "-2")).hasContent("two");
  }
}
