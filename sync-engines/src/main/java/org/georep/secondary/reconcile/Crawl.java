package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.Kind;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.MetDirectories;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Directory;

/**
 * The agent's part of a hybrid crawl: says where what was last applied differs, and at the end
 * doubts all that the crawl did not meet, since it was outside the volume while nobody looked.
 */
public final class Crawl {
  private static final int MOST = 5;
  private static final int MOST_REMEMBERED = 100_000;

  private final Inventory inventory;
  private final Directories directories;
  private final Incomplete incomplete;
  private final Reconciler reconciler;
  private final Contents contents;
  private final KeptCount keptCount;
  private final boolean keeping;
  private final MetDirectories met;

  /**
   * Of directories met, what is in kept ones that are to go now: the inventory does not know it.
   */
  private long unknown;

  private final DirectoryDigest.Builder builder = new DirectoryDigest.Builder();

  Crawl(
      Inventory inventory,
      Directories directories,
      Incomplete incomplete,
      Reconciler reconciler,
      Contents contents,
      KeptCount keptCount,
      boolean keeping) {
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.met = inventory.metDirectories();
    this.directories = Objects.requireNonNull(directories, "directories is null");
    this.incomplete = Objects.requireNonNull(incomplete, "incomplete is null");
    this.reconciler = Objects.requireNonNull(reconciler, "reconciler is null");
    this.contents = Objects.requireNonNull(contents, "contents is null");
    this.keptCount = Objects.requireNonNull(keptCount, "keptCount is null");
    this.keeping = keeping;
    met.clear();
  }

  /** Begins one: nothing was met yet. */
  public void begin() {
    met.clear();
    unknown = 0;
  }

  /** Returns those of these directories whose listing is wanted; all count as met. */
  public Reply.Different compare(List<DirectoryDigest> digests) throws PosixException {
    List<Gfid> different = new ArrayList<>();
    for (DirectoryDigest digest : digests) {
      Gfid gfid = digest.directory();
      boolean agrees = agrees(digest);
      if (!agrees || incomplete.contains(gfid) || !isHere(gfid)) {
        different.add(gfid);
      }
      directories.trim();
    }
    return new Reply.Different(different);
  }

  /** What a mount hides is not here: its listing fails, and says so. */
  private boolean isHere(Gfid gfid) throws PosixException {
    return !directories.isHidden(gfid) && directories.get(gfid) != null;
  }

  /** Compares what was last applied; where names are missing on the primary, counts them. */
  private boolean agrees(DirectoryDigest digest) throws PosixException {
    boolean[] known = {true};
    long[] entries = {0};
    List<FileName> going = new ArrayList<>();
    inventory.names(
        digest.directory(),
        (name, entry) -> {
          if (isLeftOut(entry)) {
            return;
          }
          entries[0]++;
          if (entry.isDeleted() && entry.kind() == Kind.DIRECTORY) {
            going.add(name);
          }
          if (entry.ctime().isEmpty()) {
            known[0] = false;
          } else {
            builder.add(name, entry.gfid(), entry.kind(), entry.ctime().get(), entry.size());
          }
        });
    DirectoryDigest here = builder.finish(digest.directory());
    long below = below(digest.directory(), going);
    if (!met.contains(digest.directory())) {
      unknown += below;
    }
    met.add(digest.directory(), Math.max(0, entries[0] + below - digest.entries()));
    return known[0] && here.equals(digest);
  }

  private long below(Gfid parent, List<FileName> kept) throws PosixException {
    Directory directory = kept.isEmpty() || !isHere(parent) ? null : directories.get(parent);
    long below = 0;
    for (FileName name : kept) {
      below += directory == null ? 0 : keptCount.below(directory, name);
    }
    return below;
  }

  /** What was deleted counts as a difference again once deletions are not kept any more. */
  private boolean isLeftOut(Entry entry) {
    return entry.kept() && (keeping || !entry.isDeleted());
  }

  /** Returns the known ones of these files whose contents were not read at exactly this ctime. */
  public Reply.Different suspects(List<Request.Suspect> files) {
    List<Gfid> unverified = new ArrayList<>();
    for (Request.Suspect file : files) {
      if (!inventory.places(file.gfid()).isEmpty()
          && !contents.isVerified(file.gfid(), file.ctime())) {
        unverified.add(file.gfid());
      }
    }
    return new Reply.Different(unverified);
  }

  /**
   * Returns how much of the tree the crawl did not find: everything in directories it did not meet,
   * and of those it met the names that are too many, counted, not compared.
   */
  public Reply.Weighed weigh() {
    Map<Gfid, Boolean> inTree = new HashMap<>();
    PriorityQueue<Loss> most = new PriorityQueue<>(Comparator.comparingLong(Loss::entries));
    Gfid root = directories.root().gfid();
    long known = count(root) + unknown;
    long leaving = met.lost();
    keep(most, root, met.losses(root));
    for (Iterator<Gfid> all = inventory.eachDirectory(); all.hasNext(); ) {
      Gfid gfid = all.next();
      if (inTree.size() > MOST_REMEMBERED) {
        inTree.clear();
      }
      if (incomplete.isInTree(gfid, inTree)) {
        long entries = count(gfid);
        known += entries;
        long losses = met.losses(gfid);
        leaving += losses < 0 ? entries : 0;
        keep(most, gfid, losses < 0 ? entries : losses);
      }
    }
    List<EntryPath> paths = new ArrayList<>();
    while (!most.isEmpty()) {
      paths.add(0, directories.path(most.remove().directory()));
    }
    return new Reply.Weighed(leaving, known, paths);
  }

  private static void keep(PriorityQueue<Loss> most, Gfid directory, long entries) {
    if (entries > 0) {
      most.add(new Loss(directory, entries));
      if (most.size() > MOST) {
        most.remove();
      }
    }
  }

  private record Loss(Gfid directory, long entries) {}

  private long count(Gfid directory) {
    long[] entries = {0};
    inventory.names(
        directory,
        (name, entry) -> {
          if (!isLeftOut(entry)) {
            entries[0]++;
          }
        });
    return entries[0];
  }

  /** Ends it. */
  public void end(long batch) throws PosixException {
    for (Iterator<Gfid> all = inventory.eachDirectory(); all.hasNext(); ) {
      Gfid gfid = all.next();
      if (!met.contains(gfid)) {
        doubt(gfid, batch);
        directories.trim();
      }
    }
    contents.doubtFilesOf(directories.limbo(), batch);
    begin();
  }

  private void doubt(Gfid gfid, long batch) throws PosixException {
    try {
      Directory directory = directories.get(gfid);
      if (directory != null) {
        reconciler.doubt(directory, batch);
      }
    } catch (PosixException e) {
      if (!e.is(Errno.EXDEV)) {
        throw e;
      }
      incomplete.noted(gfid, batch); // a mount hides it: doubted, but without a mark
    }
  }
}
