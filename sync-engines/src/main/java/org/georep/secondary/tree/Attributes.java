package org.georep.secondary.tree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.georep.name.Shown;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Xattr;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Labels;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.identity.Withheld;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives an inode the attributes of one of the primary, those only that differ, in an order in which
 * none spoils another: owner (which takes setuid and capabilities away), mode, extended attributes
 * and ACLs, the mtime, and, when the request is done with it, immutable and append-only flags.
 *
 * <p>What an agent that is not root may not set is said once a process and kept aside, see {@link
 * Withheld}; without its owner a file gets no setuid and without its group no setgid bit. For one
 * thread.
 */
public final class Attributes {
  private static final Logger LOG = LoggerFactory.getLogger(Attributes.class);
  private static final byte[] UNKNOWN = {};
  private static final byte[] META = Withheld.attribute();

  /** XFS shows root its ACLs a second time, as it has them on disk: removed, they are gone. */
  private static final String XFS_ACL = "trusted.SGI_ACL_";

  private static final int SETUID = 04000;
  private static final int SETGID = 02000;
  private static final int OWNER_WRITE = 0200;
  private static final int OWNER_ALL = 0700;
  private static final int LEAVE = -1;

  private final Libc libc;
  private final Touched touched;
  private final Inventory inventory;
  private final boolean root;
  private final List<Xattr> refused = new ArrayList<>();
  private boolean hasMeta;
  private final Set<String> said = new HashSet<>();

  /** Makes it; {@code root} is whether this process is root. */
  public Attributes(Libc libc, Touched touched, Inventory inventory, boolean root) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.touched = Objects.requireNonNull(touched, "touched is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.root = root;
  }

  /**
   * Sets them.
   *
   * @param withMtime whether the mtime too; a file's belongs to its contents
   */
  public void set(Node node, EntryState wanted, boolean withMtime) throws PosixException {
    set(node, wanted, withMtime, 0);
  }

  /**
   * Sets those of a new directory that has yet to be moved, for which one who is not root needs to
   * be let in; its mode is set again when it is there.
   */
  public void setBeforeMove(Node node, EntryState wanted) throws PosixException {
    int besides = root ? 0 : OWNER_ALL;
    set(node, wanted, true, besides);
    if ((wanted.permissions() & besides) != besides && !wanted.xattrs().isEmpty()) {
      // An ACL says what the owner may, too.
      int mode = libc.statx(node.descriptor(), Node.ITSELF, Linux.AT_EMPTY_PATH).permissions();
      libc.fchmodat(Linux.AT_FDCWD, node.path(), mode | besides);
    }
  }

  private void set(Node node, EntryState wanted, boolean withMtime, int besides)
      throws PosixException {
    touched.beforeChange(node);
    refused.clear();
    int mode = owner(node, wanted, besides);
    if (wanted.kind() != Kind.SYMLINK && mode != LEAVE) {
      libc.fchmodat(Linux.AT_FDCWD, node.path(), mode);
    }
    int permissions = mode == LEAVE ? node.stat().permissions() : mode;
    xattrs(node, wanted, permissions);
    if (!root) {
      keepAside(node, wanted, permissions, besides);
    }
    if (withMtime && !node.stat().mtime().equals(wanted.mtime())) {
      setMtime(node, wanted.mtime());
    }
    touched.flags().give(node.descriptor(), wanted.flags());
    if (root) {
      inventory.removeWithheld(wanted.gfid()); // by an agent of another user, before this one
    }
  }

  /** Lets an inode that was given attributes and came to nothing go without flags. */
  public void withdraw(Node node) throws PosixException {
    touched.flags().withdraw(node.descriptor());
  }

  /** Sets the mtime only. */
  public void setMtime(Node node, Instant mtime) throws PosixException {
    libc.utimensat(Linux.AT_FDCWD, node.path(), null, mtime, 0);
  }

  /** Sets the owner; returns the mode to be set after it, or {@link #LEAVE}. */
  private int owner(Node node, EntryState wanted, int besides) throws PosixException {
    Stat now = node.stat();
    int mode = wanted.permissions() | besides;
    boolean changed = false;
    if (now.uid() != wanted.uid() || now.gid() != wanted.gid()) {
      changed = chown(node, wanted.uid(), wanted.gid());
      if (!changed) {
        boolean group = now.gid() == wanted.gid() || chown(node, LEAVE, wanted.gid());
        say("owners and groups", "only root may give files away");
        mode &= now.uid() == wanted.uid() ? mode : ~SETUID;
        mode &= group || wanted.isDirectory() ? mode : ~SETGID;
        changed = true;
      }
    }
    return changed || now.permissions() != mode ? mode : LEAVE;
  }

  private boolean chown(Node node, int uid, int gid) throws PosixException {
    try {
      libc.fchownat(node.descriptor(), Node.ITSELF, uid, gid, Linux.AT_EMPTY_PATH);
      return true;
    } catch (PosixException e) {
      if (!root && e.is(Errno.EPERM, Errno.EINVAL)) {
        return false;
      }
      throw e;
    }
  }

  private void xattrs(Node node, EntryState wanted, int mode) throws PosixException {
    List<byte[]> have = libc.listxattr(node.path());
    hasMeta = have.stream().anyMatch(name -> Arrays.equals(name, META));
    if (root && hasMeta) {
      libc.removexattr(node.path(), META); // left by an agent of another user
    }
    if (have.isEmpty() && wanted.xattrs().isEmpty()) {
      return;
    }
    Map<ByteBuffer, Xattr> missing = new HashMap<>();
    for (Xattr xattr : wanted.xattrs()) {
      if (!Marks.isOwn(xattr.name())) {
        missing.put(ByteBuffer.wrap(xattr.name()), xattr);
      }
    }
    for (byte[] name : have) {
      Xattr same = missing.get(ByteBuffer.wrap(name));
      if (same == null) {
        removeSurplus(node, name, mode);
      } else if (Arrays.equals(value(node, name), same.value())) {
        missing.remove(ByteBuffer.wrap(name));
      }
    }
    for (Xattr xattr : wanted.xattrs()) {
      if (missing.containsKey(ByteBuffer.wrap(xattr.name()))) {
        boolean set =
            change(
                node,
                xattr.name(),
                mode,
                () -> libc.setxattr(node.path(), xattr.name(), xattr.value(), 0));
        if (!set) {
          refused.add(xattr);
        }
      }
    }
  }

  /** Returns a value; one that the mode keeps from its owner is none that is known. */
  private byte @Nullable [] value(Node node, byte[] name) throws PosixException {
    try {
      return libc.getxattr(node.path(), name);
    } catch (PosixException e) {
      if (!root && e.is(Errno.EACCES)) {
        return UNKNOWN;
      }
      throw e;
    }
  }

  /** Keeps what this user could not set, or takes away what was kept. */
  private void keepAside(Node node, EntryState wanted, int mode, int besides)
      throws PosixException {
    Stat now = libc.statx(node.descriptor(), Node.ITSELF, Linux.AT_EMPTY_PATH);
    boolean whole =
        now.uid() == wanted.uid()
            && now.gid() == wanted.gid()
            && (wanted.kind() == Kind.SYMLINK
                || (mode & ~besides) == (wanted.permissions() & ~besides))
            && node.kind() == wanted.kind()
            && wanted.flags() == 0
            && refused.isEmpty();
    boolean holds = node.kind() == Kind.FILE || node.kind() == Kind.DIRECTORY;
    if (whole) {
      if (hasMeta) {
        change(node, META, now.permissions(), () -> libc.removexattr(node.path(), META));
      }
      inventory.removeWithheld(wanted.gfid());
      return;
    }
    byte[] value = Withheld.of(wanted, refused).toBytes();
    if (holds && !(hasMeta && Arrays.equals(value(node, META), value))) {
      change(node, META, now.permissions(), () -> libc.setxattr(node.path(), META, value, 0));
    }
    inventory.setWithheld(wanted.gfid(), holds ? new byte[0] : value);
  }

  private void removeSurplus(Node node, byte[] name, int mode) throws PosixException {
    String text = new String(name, StandardCharsets.ISO_8859_1);
    if (!Labels.has(text) && !text.startsWith(XFS_ACL) && !Marks.isOwn(name)) {
      change(node, name, mode, () -> libc.removexattr(node.path(), name));
    }
  }

  private interface Change {
    void make() throws PosixException;
  }

  /** Returns false if that is nothing this machine or user can have. */
  private boolean change(Node node, byte[] name, int mode, Change change) throws PosixException {
    String text = new String(name, StandardCharsets.ISO_8859_1);
    try {
      change.make();
      return true;
    } catch (PosixException e) {
      if (!root && e.is(Errno.EACCES) && (mode & OWNER_WRITE) == 0 && text.startsWith("user.")) {
        libc.fchmodat(Linux.AT_FDCWD, node.path(), mode | OWNER_WRITE);
        try {
          change.make();
        } finally {
          libc.fchmodat(Linux.AT_FDCWD, node.path(), mode);
        }
        return true;
      } else if (mayNot(text, e)) {
        say("the attribute " + Shown.of(name), Errno.describe(e.errno()));
        return false;
      } else {
        throw e;
      }
    }
  }

  /** What this machine or user cannot have at all is no failure of one entry. */
  private boolean mayNot(String name, PosixException e) {
    boolean privileged = name.startsWith("trusted.") || name.startsWith("security.");
    return e.is(Errno.EOPNOTSUPP)
        || (e.is(Errno.EPERM, Errno.EACCES, Errno.EINVAL)
            && privileged
            && (!root || !name.startsWith("trusted.")));
  }

  private void say(String what, String why) {
    if (said.add(what)) {
      LOG.warn(
          "The secondary cannot hold {}: {}. {} This is said once.",
          what,
          why,
          root ? "Not kept." : "Kept in " + Withheld.NAME + " until the agent is root.");
    }
  }
}
