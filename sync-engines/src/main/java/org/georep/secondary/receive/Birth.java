package org.georep.secondary.receive;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.georep.name.FileName;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.Stat;
import org.georep.secondary.identity.Labels;

/**
 * What a file newly made in the stage is like before anything was set on it, so that only what
 * differs has to be: found out by making one.
 *
 * @param uid its owner
 * @param gid its group
 * @param mask the permissions it does not get, though asked for
 * @param bare whether it has no attributes, of ACLs inherited for one, but this host's own labels
 */
record Birth(int uid, int gid, int mask, boolean bare) {
  private static final FileName PROBE = FileName.of("probe");
  private static final byte[] ITSELF = {};
  private static final int ALL = 0777;

  static Birth in(Libc libc, int directory) throws PosixException {
    int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_NOFOLLOW;
    int probe = libc.openat(directory, PROBE.toBytes(), flags, ALL);
    try {
      Stat stat = libc.statx(probe, ITSELF, Linux.AT_EMPTY_PATH);
      boolean bare = isBare(libc.listxattr(ProcPath.of(probe)));
      return new Birth(stat.uid(), stat.gid(), ALL & ~stat.permissions(), bare);
    } finally {
      libc.close(probe);
      libc.unlinkat(directory, PROBE.toBytes(), 0);
    }
  }

  private static boolean isBare(List<byte[]> attributes) {
    return attributes.stream()
        .map(name -> new String(name, StandardCharsets.ISO_8859_1))
        .allMatch(Labels::has);
  }

  /** Returns whether a file asked for with these permissions gets them. */
  boolean gives(int permissions) {
    return (permissions & ~ALL) == 0 && (permissions & mask) == 0;
  }
}
