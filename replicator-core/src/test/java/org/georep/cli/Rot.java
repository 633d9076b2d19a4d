package org.georep.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;

/**
 * Changes contents as a disk that forgets does: nothing else tells. (The ctime does, here; of what
 * has a name that is not georep's it is not asked.)
 */
final class Rot {
  private Rot() {}

  /** Changes a byte of a file, which gets another name. */
  static void in(Path file, Path otherName) throws Exception {
    Files.createLink(otherName, file);
    Libc libc = NativeLibc.instance();
    byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
    Instant before = libc.statx(Linux.AT_FDCWD, path, Linux.AT_SYMLINK_NOFOLLOW).mtime();
    byte[] bytes = Files.readAllBytes(file);
    bytes[3] ^= 1;
    Files.write(file, bytes);
    libc.utimensat(Linux.AT_FDCWD, path, null, before, Linux.AT_SYMLINK_NOFOLLOW);
  }
}
