package org.georep.secondary.tree;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * {@code .georep/from}: where the items of limbo came from, for a secondary that keeps what is
 * deleted. For each a symbolic link of the item's name, whose target is the directory's gfid, a
 * slash and the name there; or one slash only, if the item is on its way out.
 *
 * <p>A link is made before its item enters limbo and removed after the item left, so that after a
 * crash there are at most too many. It belongs to the item, not to the inode: each of the names of
 * a link group came from a place of its own, and links can be made whatever the inode can hold. As
 * durable as any name: after the next sync.
 */
public final class Origins {
  private static final String DIRECTORY = "from";
  private static final int PRIVATE = 0700;
  private static final int FLAGS = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
  private static final byte[] GOING = {'/'};
  private static final FileName NEW = FileName.of("new");

  private final Libc libc;
  private final int control;
  private final Set<FileName> noted = new HashSet<>();

  /**
   * Finds those that are there.
   *
   * @param control {@code .georep}; stays the caller's
   */
  public Origins(Libc libc, int control) throws PosixException {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.control = control;
    int descriptor;
    try {
      descriptor = libc.openat(control, ascii(DIRECTORY), FLAGS, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return;
      }
      throw e;
    }
    try {
      for (Dirent entry : libc.list(descriptor)) {
        noted.add(entry.name());
      }
    } finally {
      libc.close(descriptor);
    }
  }

  /** Forgets those of items that are not there. */
  void keepOnly(Predicate<FileName> isThere) {
    List.copyOf(noted).stream().filter(isThere.negate()).forEach(this::left);
  }

  /** Notes where an item comes from: to be called before it enters limbo. */
  public void note(FileName item, Place from) throws PosixException {
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    target.writeBytes(ascii(from.directory().toString()));
    target.write('/');
    target.writeBytes(from.name().toBytes());
    put(item, target.toByteArray());
  }

  /** Notes that an item is not to go back. */
  public void noteGoing(FileName item) throws PosixException {
    put(item, GOING);
  }

  private void put(FileName item, byte[] target) throws PosixException {
    if (noted.contains(item)) {
      replace(item, target);
      return;
    }
    if (noted.isEmpty()) {
      try {
        libc.mkdirat(control, ascii(DIRECTORY), PRIVATE);
      } catch (PosixException e) {
        if (!e.is(Errno.EEXIST)) {
          throw e;
        }
      }
    }
    noted.add(item);
    libc.symlinkat(target, control, path(item));
  }

  /** A crash leaves the one or the other. */
  private void replace(FileName item, byte[] target) throws PosixException {
    noted.add(NEW);
    left(NEW);
    libc.symlinkat(target, control, path(NEW));
    libc.renameat2(control, path(NEW), control, path(item), 0);
  }

  /** Returns where an item came from; nothing if that is not known. */
  public Optional<Place> of(FileName item) throws PosixException {
    byte[] target = target(item);
    for (int i = 0; i < target.length; i++) {
      if (target[i] == '/' && i > 0) {
        return Optional.of(
            new Place(
                Gfid.parse(new String(target, 0, i, StandardCharsets.US_ASCII)),
                FileName.of(Arrays.copyOfRange(target, i + 1, target.length))));
      }
    }
    return Optional.empty();
  }

  /** Returns whether an item is on its way out. */
  public boolean isGoing(FileName item) throws PosixException {
    return Arrays.equals(target(item), GOING);
  }

  private byte[] target(FileName item) throws PosixException {
    return noted.contains(item) ? libc.readlinkat(control, path(item)) : new byte[0];
  }

  /** Forgets an item that left; should that fail, it is forgotten at the next start. */
  void left(FileName item) {
    if (noted.remove(item)) {
      try {
        libc.unlinkat(control, path(item), 0);
      } catch (PosixException e) {
        noted.add(item);
      }
    }
  }

  private static byte[] path(FileName item) {
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    path.writeBytes(ascii(DIRECTORY + "/"));
    path.writeBytes(item.toBytes());
    return path.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
