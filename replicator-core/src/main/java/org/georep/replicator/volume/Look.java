package org.georep.replicator.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Want;
import org.georep.protocol.Xattr;

/**
 * One atomic look: a name is opened once (O_PATH, not followed), and identity, attributes, target
 * and extended attributes are all taken from that descriptor, so that they belong to one inode
 * whatever happens to the name meanwhile. For any thread.
 */
final class Look {
  /**
   * A change within this of the look may share its ctime with a later one, on kernels without
   * multigrain timestamps.
   */
  private static final Duration TICK = Duration.ofMillis(20);

  private static final byte[] EMPTY = new byte[0];
  private static final byte[] GEOREP_TRUSTED = ascii("trusted.georep.");
  private static final byte[] GEOREP_USER = ascii("user.georep.");

  /** XFS shows root its ACLs a second time, as it has them on disk. */
  private static final byte[] XFS_ACL = ascii("trusted.SGI_ACL_");

  private static final byte[] SYSTEM = ascii("system.");
  private static final byte[] POSIX_ACL = ascii("system.posix_acl_");

  private final Libc libc;
  private final Identity identity;
  private final Clock clock;
  private final boolean fineTimestamps;

  /**
   * Makes it.
   *
   * @param fineTimestamps whether a change after a look always gets a ctime of its own (Linux 6.13
   *     and later on ext4, xfs, btrfs, tmpfs)
   */
  Look(Libc libc, Identity identity, Clock clock, boolean fineTimestamps) {
    this.libc = libc;
    this.identity = identity;
    this.clock = clock;
    this.fineTimestamps = fineTimestamps;
  }

  /** Returns the identity of an open file. */
  Gfid gfid(int descriptor) throws IOException {
    return identity.of(descriptor);
  }

  /** Looks at a name in an open directory. */
  Want at(int directory, long device, FileName name) throws IOException {
    int descriptor;
    try {
      descriptor = libc.openat(directory, name.toBytes(), Linux.O_PATH | Linux.O_NOFOLLOW, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ESTALE)) {
        return new Want.Absent(name);
      }
      throw e;
    }
    try {
      Stat stat = libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH);
      if (stat.mountRoot() || stat.device() != device) {
        return new Want.Covered(name);
      }
      return new Want.Present(name, state(descriptor, stat));
    } catch (PosixException e) {
      // A network file system may notice only now that the name is gone.
      if (e.is(Errno.ENOENT, Errno.ESTALE)) {
        return new Want.Absent(name);
      }
      throw e;
    } finally {
      libc.close(descriptor);
    }
  }

  /** Tells what is at a name without opening it; nothing if it takes a look to tell. */
  Optional<PrimaryDirectory.Glance> glance(int directory, long device, FileName name)
      throws IOException {
    try {
      Stat stat =
          libc.statx(directory, name.toBytes(), Linux.AT_SYMLINK_NOFOLLOW | Linux.AT_NO_AUTOMOUNT);
      Kind kind = Kind.ofMode(stat.mode());
      if (kind == Kind.DIRECTORY
          || stat.mountRoot()
          || stat.device() != device
          || isRacy(stat.ctime())) {
        return Optional.empty();
      }
      return Optional.of(
          new PrimaryDirectory.Glance(
              identity.of(directory, name.toBytes()),
              kind,
              stat.ctime(),
              kind == Kind.FILE ? stat.size() : 0));
    } catch (PosixException e) {
      return Optional.empty(); // the look tells of it
    }
  }

  /** Looks at an open descriptor, O_PATH or not. */
  EntryState state(int descriptor) throws IOException {
    return state(descriptor, libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH));
  }

  /** As above, of one whose identity is known. */
  EntryState state(int descriptor, Gfid gfid) throws IOException {
    return state(descriptor, libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH), gfid);
  }

  private EntryState state(int descriptor, Stat stat) throws IOException {
    return state(descriptor, stat, identity.of(descriptor));
  }

  private EntryState state(int descriptor, Stat stat, Gfid gfid) throws IOException {
    Kind kind = Kind.ofMode(stat.mode());
    Optional<byte[]> target =
        kind == Kind.SYMLINK ? Optional.of(libc.readlinkat(descriptor, EMPTY)) : Optional.empty();
    boolean device = kind == Kind.CHARACTER_DEVICE || kind == Kind.BLOCK_DEVICE;
    return new EntryState(
        gfid,
        kind,
        stat.permissions(),
        stat.uid(),
        stat.gid(),
        stat.mtime(),
        stat.ctime(),
        isRacy(stat.ctime()),
        kind == Kind.FILE ? stat.size() : 0,
        kind == Kind.FILE && stat.blocks() * 512 < stat.size(),
        kind == Kind.DIRECTORY ? 1 : stat.nlink(),
        device ? stat.rdev() : 0,
        target,
        xattrs(descriptor),
        kind == Kind.FILE || kind == Kind.DIRECTORY ? stat.flags() : 0);
  }

  private boolean isRacy(Instant ctime) {
    return !fineTimestamps && ctime.isAfter(clock.instant().minus(TICK));
  }

  private List<Xattr> xattrs(int descriptor) throws IOException {
    byte[] path = ascii("/proc/self/fd/" + descriptor);
    List<byte[]> names = libc.listxattr(path);
    if (names.isEmpty()) {
      return List.of();
    }
    List<Xattr> xattrs = new ArrayList<>(names.size());
    for (byte[] name : names) {
      if (isReplicated(name)) {
        byte[] value = libc.getxattr(path, name);
        if (value != null) {
          xattrs.add(new Xattr(name, value));
        }
      }
    }
    Collections.sort(xattrs);
    return xattrs;
  }

  /**
   * All but georep's own and what the kernel makes up under {@code system.}, where only POSIX ACLs
   * are kept.
   */
  private static boolean isReplicated(byte[] name) {
    return !startsWith(name, GEOREP_TRUSTED)
        && !startsWith(name, GEOREP_USER)
        && !startsWith(name, XFS_ACL)
        && (!startsWith(name, SYSTEM) || startsWith(name, POSIX_ACL));
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && java.util.Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
