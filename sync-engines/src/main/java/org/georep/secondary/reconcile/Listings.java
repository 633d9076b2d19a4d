package org.georep.secondary.reconcile;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.protocol.Listing;
import org.georep.protocol.Want;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Tree;

/**
 * Whole directories, which may come in several parts. A listing counts only if the directory was
 * here, at the latest made by the same request, when each of its parts was applied, and if nothing
 * doubted the directory in between.
 */
final class Listings {
  private final Tree tree;
  private final Awaiting awaiting;
  private final Directories directories;
  private final Map<Gfid, Progress> begun = new HashMap<>();

  private static final class Progress {
    private final Set<FileName> named = new HashSet<>();
    private boolean whole = true;
  }

  Listings(Tree tree, Awaiting awaiting) {
    this.awaiting = Objects.requireNonNull(awaiting, "awaiting is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.directories = tree.directories();
  }

  /** Notes that a listing under way may miss something. */
  void doubt(Gfid directory) {
    Progress progress = begun.get(directory);
    if (progress != null) {
      progress.whole = false;
    }
  }

  /**
   * Takes a part of a listing: its names, and with the last one those that are here too many, are
   * wanted. A name that waits for its file is not here yet, and may be one too many.
   *
   * @param present gets the names that are here, if it had to be found out
   */
  void take(Listing listing, Fold fold, Map<Gfid, Set<FileName>> present) throws PosixException {
    Gfid gfid = listing.directory();
    Progress progress = begun.get(gfid);
    if (listing.first() || progress == null) {
      progress = new Progress();
      progress.whole = listing.first();
      begun.put(gfid, progress);
    }
    for (Want want : listing.wants()) {
      progress.named.add(want.name());
    }
    Directory directory = directories.get(gfid);
    if (directory != null && (listing.last() || listing.wants().size() > 1)) {
      Set<FileName> here = new HashSet<>(tree.names(directory));
      present.put(gfid, here);
      if (listing.last()) {
        Set<FileName> surplus = new LinkedHashSet<>(here);
        surplus.addAll(awaiting.names(gfid));
        surplus.removeAll(progress.named);
        surplus.forEach(name -> fold.add(gfid, new Want.Absent(name)));
      }
    }
    listing.wants().forEach(want -> fold.add(gfid, want));
  }

  /** Says, after all else of the request was done, whether this part completed its listing. */
  boolean isDone(Listing listing) throws PosixException {
    Progress progress = begun.get(listing.directory());
    if (progress == null) {
      return false;
    }
    progress.whole &= directories.get(listing.directory()) != null;
    if (listing.last()) {
      begun.remove(listing.directory());
    }
    return listing.last() && progress.whole;
  }
}
