package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.protocol.Reply;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.tree.Directories;

/**
 * What one request could not do, in words for people. What failed half-way may have changed an
 * inode all the same, with nobody left to note when: of that its ctime tells nothing any more.
 */
final class Failures {
  private final Directories directories;
  private final Inventory inventory;
  private final List<Reply.Failure> failures = new ArrayList<>();

  Failures(Directories directories, Inventory inventory) {
    this.directories = Objects.requireNonNull(directories, "directories is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
  }

  /** Notes that something at a place could not be done; its directory is found anew next time. */
  void add(Place place, Optional<Gfid> gfid, PosixException cause) {
    EntryPath path = directories.path(place.directory()).resolve(place.name());
    failures.add(
        new Reply.Failure(
            Optional.of(place), gfid, cause.errno(), path + " on the secondary: " + words(cause)));
    directories.forget(place.directory());
    gfid.ifPresent(directories::forget);
    inventory.forgetTouch(place);
    gfid.ifPresent(inventory::forgetTouches);
  }

  /** Notes that something of an inode could not be done. */
  void add(Gfid gfid, PosixException cause) {
    List<Place> places = directories.candidates(gfid);
    String what =
        places.isEmpty()
            ? "an entry"
            : directories.path(places.get(0).directory()).resolve(places.get(0).name()).toString();
    failures.add(
        new Reply.Failure(
            Optional.empty(),
            Optional.of(gfid),
            cause.errno(),
            what + " on the secondary: " + words(cause)));
    directories.forget(gfid);
    inventory.forgetTouches(gfid);
    places.forEach(place -> directories.forget(place.directory()));
  }

  List<Reply.Failure> all() {
    return failures;
  }

  static String words(PosixException cause) {
    String advice =
        switch (cause.errno()) {
          case Errno.ENOSPC -> ". Free space there, or enlarge its file system";
          case Errno.EDQUOT -> ". Raise the quota of the user there";
          case Errno.EROFS -> ". Its file system went read-only: look at the kernel's log there";
          case Errno.EIO -> ". Its disk fails: look at the kernel's log there";
          case Errno.EXDEV -> ". Another file system is mounted there: unmount it";
          case Errno.EBUSY -> ". It is in use by the system there, perhaps a mount point";
          case Errno.EPERM -> ". It may be immutable there (lsattr), or only root may do this";
          case Errno.EACCES -> ". The agent's user may not do this there";
          case Errno.EMLINK -> ". Its file system allows no more hard links to one file";
          case Errno.ENAMETOOLONG -> ". Its file system does not hold names this long";
          default -> "";
        };
    return Errno.describe(cause.errno())
        + " ("
        + cause.call()
        + ": "
        + Errno.name(cause.errno())
        + ")"
        + advice;
  }
}
