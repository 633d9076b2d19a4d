package org.georep.replicator.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.RawPath;
import org.georep.posix.StatFs;
import org.georep.protocol.Reply;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.StateDirectory;

/** Whether there is room: for the journal here, for the copy there. */
final class Rooms {
  /** With less a state directory cannot be worked with. */
  private static final long LEAST = 16L << 20;

  private final Libc libc;
  private final StateDirectory state;

  Rooms(Libc libc, StateDirectory state) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /** Looks at the state directory's file system. */
  Finding here(SessionConfiguration session) throws IOException {
    Path at = state.path();
    while (at.getParent() != null && !Files.isDirectory(at)) {
      at = at.getParent();
    }
    int descriptor =
        libc.openat(Linux.AT_FDCWD, RawPath.toBytes(at), Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    long free;
    try {
      StatFs room = libc.fstatfs(descriptor);
      free = room.available() * room.blockSize();
    } finally {
      libc.close(descriptor);
    }
    long limit = session.settings().journalLimit().bytes();
    String found = mib(free) + " are free here for the journal, which may grow to " + mib(limit);
    if (free < LEAST) {
      return Finding.error(
          "space-here", found + ". Make room on the file system of " + at + ", or move it there.");
    }
    return free < limit
        ? Finding.warning(
            "space-here",
            found
                + ". Give it less: georep session config "
                + session.name()
                + " journal-limit "
                + Math.max(16, (free / 2) >> 20)
                + "MiB")
        : Finding.ok("space-here", found);
  }

  /** Says what the agent saw. */
  static Finding there(SessionConfiguration session, Reply.Surveyed surveyed, long lowInodes) {
    long kept = session.settings().minFree().of(surveyed.size());
    String found =
        mib(surveyed.free())
            + " of "
            + mib(surveyed.size())
            + " are free on the secondary, where "
            + mib(kept)
            + " are to stay free";
    if (surveyed.free() <= kept) {
      return Finding.error(
          "space-there",
          found
              + ": contents wait. Make room there, or let less stay free: georep session config "
              + session.name()
              + " min-free 0%");
    }
    if (surveyed.inodesFree() >= 0 && surveyed.inodesFree() < lowInodes) {
      return Finding.error(
          "space-there",
          "only "
              + surveyed.inodesFree()
              + " inodes are free on the secondary: new files wait. Remove files there, or make its"
              + " file system with more inodes (mkfs.ext4 -i).");
    }
    return surveyed.free() - kept < surveyed.size() / 20
        ? Finding.warning("space-there", found + ". Make room there soon.")
        : Finding.ok("space-there", found);
  }

  private static String mib(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
