package org.georep.secondary.examine;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Xattr;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.tree.Node;

/**
 * All of an inode of the secondary that a primary's look would tell of it.
 *
 * @param stat its attributes
 * @param target of a symbolic link
 * @param xattrs extended attributes and ACLs, sorted by name, without georep's own
 */
record RealEntry(Stat stat, Optional<byte[]> target, List<Xattr> xattrs) {
  private static final byte[] ITSELF = {};
  private static final String XFS_ACL = "trusted.SGI_ACL_";
  private static final String SYSTEM = "system.";
  private static final String POSIX_ACL = "system.posix_acl_";

  /** Reads what {@code node} does not hold already. */
  static RealEntry of(Libc libc, Node node) throws PosixException {
    Optional<byte[]> target =
        node.kind() == Kind.SYMLINK
            ? Optional.of(libc.readlinkat(node.descriptor(), ITSELF))
            : Optional.empty();
    List<Xattr> xattrs = new ArrayList<>();
    for (byte[] name : libc.listxattr(node.path())) {
      if (isReplicated(name)) {
        byte[] value = libc.getxattr(node.path(), name);
        if (value != null) {
          xattrs.add(new Xattr(name, value));
        }
      }
    }
    Collections.sort(xattrs);
    return new RealEntry(node.stat(), target, xattrs);
  }

  private static boolean isReplicated(byte[] name) {
    String text = new String(name, StandardCharsets.ISO_8859_1);
    return !Marks.isOwn(name)
        && !text.startsWith(XFS_ACL)
        && (!text.startsWith(SYSTEM) || text.startsWith(POSIX_ACL));
  }

  /**
   * Returns it as a state.
   *
   * @param gfid what it stands for
   * @param permissions its mode, as it was before this process widened it
   * @param kind what it is, or stands in for
   * @param rdev the device it is, or stands in for
   */
  EntryState state(Gfid gfid, int permissions, Kind kind, long rdev) {
    boolean device = kind == Kind.CHARACTER_DEVICE || kind == Kind.BLOCK_DEVICE;
    return new EntryState(
        gfid,
        kind,
        permissions,
        stat.uid(),
        stat.gid(),
        stat.mtime(),
        Instant.EPOCH,
        false,
        kind == Kind.FILE ? stat.size() : 0,
        false,
        1,
        device ? rdev : 0,
        target,
        xattrs,
        stat.flags());
  }
}
