package org.georep.replicator.worker;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.testing.Program;

/**
 * Where one operation is done: a directory of the primary, and one beside the primary on the same
 * file system, {@code $OUT} to shells.
 */
record Ground(Path directory, Path outside, Path copy, Holder holder) {
  static final Libc LIBC = NativeLibc.instance();

  Path path(String name) {
    return directory.resolve(name);
  }

  byte[] bytes(String name) {
    return path(name).toString().getBytes(StandardCharsets.UTF_8);
  }

  void sh(String script) {
    Program.check(List.of("sh", "-ec", "cd '" + directory + "'; OUT='" + outside + "'; " + script));
  }

  /** In what the secondary has of the directory. */
  void copySh(String script) {
    Program.check(List.of("sh", "-ec", "cd '" + copy + "'; " + script));
  }

  void exchange(String one, String other) throws Exception {
    LIBC.renameat2(Linux.AT_FDCWD, bytes(one), Linux.AT_FDCWD, bytes(other), Linux.RENAME_EXCHANGE);
  }

  void node(String name, int type, long device) throws Exception {
    LIBC.mknodat(Linux.AT_FDCWD, bytes(name), type | 0640, device);
  }
}
