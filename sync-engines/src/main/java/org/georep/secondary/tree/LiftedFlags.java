package org.georep.secondary.tree;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.Gfid;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.FileHandle;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Immutable and append-only flags. The kernel denies nearly every change of an inode that has one,
 * of its names and of names in it; so they are lifted before the agent works there, and set at the
 * end of the request, after all else: those there were, or those the primary has.
 *
 * <p>{@code .georep/lifted} holds, for each inode whose flags are lifted, a symbolic link named by
 * the inode's own file handle whose target is the flags, in hexadecimal. It is made before and
 * removed after, so that an agent killed in between leaves word of it. Where there are no file
 * handles nothing is lifted or set.
 *
 * <p>Only root may do any of this; otherwise it does nothing. For one thread.
 */
public final class LiftedFlags {
  private static final Logger LOG = LoggerFactory.getLogger(LiftedFlags.class);
  private static final int BOTH = Linux.FS_IMMUTABLE_FL | Linux.FS_APPEND_FL;
  private static final byte[] NAME = ascii("lifted");
  private static final int PRIVATE = 0700;
  private static final int READABLE = Linux.O_RDONLY | Linux.O_NONBLOCK;
  private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;

  private final Libc libc;
  private final int control;
  private final Identity identity;
  private final boolean root;
  private final Map<Gfid, Integer> pending = new LinkedHashMap<>();
  private final Set<Gfid> noted = new HashSet<>();
  private final Set<Gfid> failing = new HashSet<>();
  private boolean said;

  /**
   * Makes it with nothing lifted.
   *
   * @param control {@code .georep}, not O_PATH; stays the caller's
   * @param root whether this process is root
   */
  public LiftedFlags(Libc libc, int control, boolean root) throws PosixException {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.control = control;
    this.identity = Identity.on(libc, control);
    this.root = root;
  }

  /**
   * Lifts the flags of an inode until {@link #restore}.
   *
   * @param descriptor of the inode; O_PATH will do
   * @param flags what it was last seen to have
   */
  void lift(int descriptor, int flags) throws PosixException {
    if (flags == 0 || !root) {
      return;
    }
    Gfid own = identity.of(descriptor);
    if (FileHandle.of(own).isEmpty()) {
      return; // what is done next fails with EPERM, and is reported so
    }
    if (!pending.containsKey(own)) {
      note(own, flags);
      pending.put(own, flags);
    }
    int readable = libc.openat(Linux.AT_FDCWD, ProcPath.of(descriptor), READABLE, 0);
    try {
      change(readable, 0);
    } finally {
      libc.close(readable);
    }
  }

  /** Notes which flags an inode, lifted if it had any, is to have after the request. */
  void give(int descriptor, int flags) throws PosixException {
    if (!root || (flags == 0 && pending.isEmpty())) {
      return;
    }
    Gfid own = identity.of(descriptor);
    if (flags == 0 && !pending.containsKey(own)) {
      return;
    }
    if (FileHandle.of(own).isEmpty()) {
      say("this file system has no file handles");
    } else {
      pending.put(own, flags);
    }
  }

  /** Takes back what {@link #give} said of an inode that came to nothing. */
  void withdraw(int descriptor) throws PosixException {
    if (!pending.isEmpty()) {
      pending.remove(identity.of(descriptor));
    }
  }

  /** Sets the flags of all. What fails otherwise than for good is tried after the next request. */
  void restore() {
    for (Iterator<Map.Entry<Gfid, Integer>> all = pending.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Gfid, Integer> each = all.next();
      try {
        restore(each.getKey(), each.getValue());
        done(each.getKey());
        all.remove();
        failing.remove(each.getKey());
      } catch (PosixException e) {
        if (failing.add(each.getKey())) {
          LOG.warn("The flags of an inode on the secondary cannot be set yet: {}", e.getMessage());
        }
      }
    }
  }

  private void restore(Gfid own, int flags) throws PosixException {
    Optional<FileHandle> handle = FileHandle.of(own);
    if (handle.isEmpty()) {
      return;
    }
    int readable;
    try {
      readable = libc.openByHandleAt(control, handle.get(), READABLE);
    } catch (PosixException e) {
      if (e.is(Errno.ESTALE, Errno.ENOENT)) {
        return; // it is gone
      }
      throw e;
    }
    try {
      change(readable, flags);
    } catch (PosixException e) {
      if (!e.is(Errno.EPERM, Errno.EOPNOTSUPP, Errno.ENOTTY)) {
        throw e;
      }
      say(Errno.describe(e.errno()));
    } finally {
      libc.close(readable);
    }
  }

  private void change(int readable, int flags) throws PosixException {
    int now = libc.getFlags(readable);
    int wanted = (now & ~BOTH) | flags;
    if (now != wanted) {
      libc.setFlags(readable, wanted);
    }
  }

  /** Sets what an agent that was killed had lifted. */
  public void giveBack() throws PosixException {
    int directory;
    try {
      directory = libc.openat(control, NAME, DIRECTORY, 0);
    } catch (PosixException e) {
      ignore(e, Errno.ENOENT);
      return;
    }
    try {
      for (Dirent entry : libc.list(directory)) {
        byte[] name = entry.name().toBytes();
        String flags = new String(libc.readlinkat(directory, name), StandardCharsets.US_ASCII);
        Gfid own = Gfid.parse(new String(name, StandardCharsets.US_ASCII));
        noted.add(own);
        pending.put(own, Integer.parseInt(flags, 16) & BOTH);
      }
    } finally {
      libc.close(directory);
    }
    if (root) {
      restore();
    } else {
      pending.clear();
    }
  }

  private void note(Gfid own, int flags) throws PosixException {
    try {
      libc.mkdirat(control, NAME, PRIVATE);
    } catch (PosixException e) {
      ignore(e, Errno.EEXIST);
    }
    try {
      libc.symlinkat(ascii(Integer.toHexString(flags)), control, ascii("lifted/" + own));
    } catch (PosixException e) {
      ignore(e, Errno.EEXIST);
    }
    noted.add(own);
  }

  private void done(Gfid own) throws PosixException {
    if (noted.remove(own)) {
      try {
        libc.unlinkat(control, ascii("lifted/" + own), 0);
      } catch (PosixException e) {
        ignore(e, Errno.ENOENT);
      }
    }
  }

  private void say(String why) {
    if (!said) {
      said = true;
      LOG.warn(
          "The secondary does not keep immutable and append-only flags: {}. This is said once.",
          why);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void ignore(PosixException e, int errno) throws PosixException {
    if (!e.is(errno)) {
      throw e;
    }
  }
}
