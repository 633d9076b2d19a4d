package org.georep.secondary.tree;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.secondary.identity.LimboOrigins;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code .georep/from}: where the items of limbo came from, for a secondary that keeps what is
 * deleted. For each a symbolic link of the item's name, whose target is the directory's gfid, a
 * slash and the name there; or one slash only, if the item is on its way out.
 *
 * <p>A link is made before its item enters limbo and removed after the item left, so that after a
 * crash there are at most too many. It belongs to the item, not to the inode: each of the names of
 * a link group came from a place of its own, and links can be made whatever the inode can hold. As
 * durable as any name: after the next sync. What they say is found in the inventory's file, filled
 * from them at each start.
 */
public final class Origins {
  private static final Logger LOG = LoggerFactory.getLogger(Origins.class);
  private static final String DIRECTORY = "from";
  private static final int PRIVATE = 0700;
  private static final int FLAGS = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
  private static final FileName NEW = FileName.of("new");

  private final Libc libc;
  private final int control;
  private final LimboOrigins noted;

  /**
   * Makes it.
   *
   * @param control {@code .georep}; stays the caller's
   * @param noted finds them; what it has of an earlier run is forgotten
   */
  public Origins(Libc libc, int control, LimboOrigins noted) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.control = control;
    this.noted = Objects.requireNonNull(noted, "noted is null");
    noted.clear();
  }

  /**
   * Finds those that are there, and removes those of items that are not: to be called once, before
   * all else.
   *
   * @param relief called now and then
   */
  void find(Predicate<FileName> isThere, Limbo.Relief relief) throws IOException {
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
      List<Dirent> some = libc.listOn(descriptor);
      while (!some.isEmpty()) {
        for (Dirent entry : some) {
          if (!isThere.test(entry.name()) || !isNoted(entry.name())) {
            remove(entry.name());
          }
        }
        relief.relieve();
        some = libc.listOn(descriptor);
      }
    } finally {
      libc.close(descriptor);
    }
  }

  /** Notes what a link says; false if it is none of ours. */
  private boolean isNoted(FileName item) throws PosixException {
    try {
      noted.put(item, place(libc.readlinkat(control, path(item))));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    } catch (PosixException e) {
      if (e.is(Errno.EINVAL, Errno.ENOENT)) {
        return false;
      }
      throw e;
    }
  }

  private void remove(FileName link) throws PosixException {
    try {
      libc.unlinkat(control, path(link), 0);
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  /** Notes where an item comes from: to be called before it enters limbo. */
  public void note(FileName item, Place from) throws PosixException {
    put(item, Optional.of(from));
  }

  /** Notes that an item is not to go back. */
  public void noteGoing(FileName item) throws PosixException {
    put(item, Optional.empty());
  }

  private void put(FileName item, Optional<Place> from) throws PosixException {
    if (noted.contains(item)) {
      replace(item, target(from));
      noted.put(item, from);
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
    noted.put(item, from); // a link may be there though making it failed
    libc.symlinkat(target(from), control, path(item));
  }

  /** A crash leaves the one or the other. */
  private void replace(FileName item, byte[] target) throws PosixException {
    remove(NEW);
    libc.symlinkat(target, control, path(NEW));
    libc.renameat2(control, path(NEW), control, path(item), 0);
  }

  /** Returns where an item came from; nothing if that is not known, or it is on its way out. */
  public Optional<Place> of(FileName item) {
    return noted.of(item);
  }

  /** Returns whether an item is on its way out. */
  public boolean isGoing(FileName item) {
    return noted.contains(item) && noted.of(item).isEmpty();
  }

  /**
   * Returns what came out of a directory, as it is now, some of which may have left limbo. Not to
   * be used across a barrier.
   */
  public Iterator<FileName> from(Gfid directory) {
    return noted.from(directory);
  }

  /** Returns what came from a place, as {@link #from(Gfid)} does. */
  public Iterator<FileName> from(Place place) {
    return noted.from(place);
  }

  /** Forgets an item that left; should that fail, it is forgotten at the next start. */
  void left(FileName item) {
    if (noted.contains(item)) {
      try {
        remove(item);
        noted.remove(item);
      } catch (PosixException e) {
        LOG.debug("A link of limbo ({}) stays until the next start: {}", item, e.getMessage());
      }
    }
  }

  private static byte[] target(Optional<Place> from) {
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    from.ifPresent(place -> target.writeBytes(ascii(place.directory().toString())));
    target.write('/');
    from.ifPresent(place -> target.writeBytes(place.name().toBytes()));
    return target.toByteArray();
  }

  private static Optional<Place> place(byte[] target) {
    for (int i = 1; i < target.length; i++) {
      if (target[i] == '/') {
        return Optional.of(
            new Place(
                Gfid.parse(new String(target, 0, i, StandardCharsets.US_ASCII)),
                FileName.of(Arrays.copyOfRange(target, i + 1, target.length))));
      }
    }
    return Optional.empty();
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
