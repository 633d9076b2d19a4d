package org.georep.changelog.capture;

import java.util.Map;
import java.util.Optional;
import org.georep.posix.Linux;

/** File systems whose files others can change without this kernel seeing an event. */
final class SharedFileSystem {
  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(Linux.NFS_MAGIC, "NFS"),
          Map.entry(Linux.FUSE_MAGIC, "FUSE"),
          Map.entry(0xFF534D42L, "CIFS"),
          Map.entry(0xFE534D42L, "SMB"),
          Map.entry(0x517BL, "SMB"),
          Map.entry(0x00C36400L, "Ceph"),
          Map.entry(0x01021997L, "9P"),
          Map.entry(0x5346414FL, "AFS"),
          Map.entry(0x6B414653L, "AFS"),
          Map.entry(0x73757245L, "Coda"),
          Map.entry(0x0BD00BD0L, "Lustre"),
          Map.entry(0x01161970L, "GFS2"),
          Map.entry(0x7461636FL, "OCFS2"),
          Map.entry(0x786F4256L, "vboxsf"));

  private SharedFileSystem() {}

  /** Returns its name, if the magic number of statfs(2) is one of them. */
  static Optional<String> name(long type) {
    return Optional.ofNullable(NAMES.get(type & 0xffffffffL));
  }
}
