package org.georep.replicator.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;
import org.georep.posix.Stat;

/**
 * Finds the files that living processes have mapped shared and writable: {@code /proc/PID/maps} has
 * the mappings, {@code /proc/PID/map_files} leads to the files, whatever names they have or had and
 * wherever the process sees them. Needs root; a process that goes, or keeps itself to itself, is
 * passed over. So are georep's own processes: what they map is the journal, which lies in no
 * volume, and of many sessions each would read through those of all others. About a microsecond a
 * mapping. For any thread.
 */
final class Mappings {
  private static final Path PROC = Path.of("/proc");
  private static final String[] OWN = {"/georep.jar\0", "/georep-agent.jar\0"};
  private static final byte[] EMPTY = new byte[0];

  private final Libc libc;
  private final Root root;

  Mappings(Root root) {
    this.libc = root.libc();
    this.root = root;
  }

  /**
   * Returns those on the volume's file system, also outside the volume; the set is the caller's.
   */
  Set<Gfid> writable() throws IOException {
    Set<Gfid> found = new LinkedHashSet<>();
    Set<String> seen = new HashSet<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        String maps = maps(process);
        int start = 0;
        for (int end = maps.indexOf('\n'); end > 0; end = maps.indexOf('\n', start)) {
          // RANGE PERMISSIONS OFFSET DEVICE INODE PATH
          int permissions = maps.indexOf(' ', start) + 1;
          if (maps.charAt(permissions + 3) == 's' && maps.charAt(permissions + 1) == 'w') {
            String[] fields = maps.substring(start, end).split(" +", 6);
            if (!fields[4].equals("0") && seen.add(fields[3] + " " + fields[4])) {
              add(process.resolve("map_files").resolve(range(fields[0])), found);
            }
          }
          start = end + 1;
        }
      }
    }
    return found;
  }

  private static String maps(Path process) {
    try {
      if (isOwn(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1))) {
        return "";
      }
      return Files.readString(process.resolve("maps"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it ended, or may not be looked at
    }
  }

  /** Returns whether a command, each of its words ended by a NUL, is georep installed or built. */
  static boolean isOwn(String command) {
    for (String jar : OWN) {
      int at = command.indexOf(jar);
      if (at > 0 && command.lastIndexOf("\0-jar\0", at) == command.lastIndexOf('\0', at) - 5) {
        return true;
      }
    }
    return false;
  }

  /** maps pads the addresses with zeros; map_files does not. */
  private static String range(String padded) {
    String[] ends = padded.split("-", -1);
    return Long.toHexString(Long.parseUnsignedLong(ends[0], 16))
        + "-"
        + Long.toHexString(Long.parseUnsignedLong(ends[1], 16));
  }

  private void add(Path link, Set<Gfid> found) throws IOException {
    int open;
    try {
      open = libc.openat(Linux.AT_FDCWD, RawPath.toBytes(link), Linux.O_PATH, 0);
    } catch (PosixException e) {
      return; // unmapped meanwhile
    }
    try {
      Stat stat = libc.statx(open, EMPTY, Linux.AT_EMPTY_PATH);
      if (stat.isRegular() && stat.device() == root.device() && stat.nlink() > 0) {
        found.add(root.look().gfid(open));
      }
    } finally {
      libc.close(open);
    }
  }
}
