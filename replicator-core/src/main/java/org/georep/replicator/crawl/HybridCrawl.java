package org.georep.replicator.crawl;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.Request;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.volume.PrimaryTree;

/**
 * The walk: every directory is entered once, top-down, by identity and not by path, whatever its
 * times say. Of each it says a digest, which the agent compares with what it last applied; where
 * that differs, or where the directory changed since {@code since}, the whole directory is to be
 * listed. Files changed since {@code since} are suspects: events may be missing that would tell
 * whether their contents changed under an unchanged size and mtime. What did not change since is
 * glanced at, not opened: should the name change hands between the two calls, and capture not tell,
 * the next crawl does.
 *
 * <p>While it runs, live records go on; a directory they meet is put on the list again ({@link
 * #again}), since it may have moved from where the walk had yet to come to where it has been. What
 * it keeps is one identity for each directory yet to be entered, so a crash costs only the walk: it
 * begins again and finds equal digests. For one thread.
 */
public final class HybridCrawl {
  /** Directories open at once. */
  private static final int AT_ONCE = 32;

  private final PrimaryTree tree;
  private final Filter filter;
  private final Optional<Instant> since;
  private final long expected;
  private final long begun = System.nanoTime();
  private final Deque<Gfid> left = new ArrayDeque<>();
  private final Visitors visitors = new Visitors();
  private long seen;
  private long changed;

  /**
   * Begins at the root.
   *
   * @param since the stime before which everything is known to be in step; empty if nothing is
   * @param expected entries thought to be there, 0 if unknown
   */
  public HybridCrawl(PrimaryTree tree, Filter filter, Optional<Instant> since, long expected) {
    this.tree = tree;
    this.filter = filter;
    this.since = since;
    this.expected = expected;
    left.push(tree.rootGfid());
  }

  /** A crawl that has nothing to compare with: it enters no directory, for all are listed. */
  public static HybridCrawl ofListings(PrimaryTree tree, Filter filter, long expected) {
    HybridCrawl crawl = new HybridCrawl(tree, filter, Optional.empty(), expected);
    crawl.left.clear();
    return crawl;
  }

  /**
   * What one portion of the walk found.
   *
   * @param digests one for each directory met
   * @param toList directories to be listed whatever their digest says
   * @param suspects files whose contents may differ though size and mtime agree, each once
   * @param failures directories that could not be read
   */
  public record Portion(
      List<DirectoryDigest> digests,
      List<Gfid> toList,
      Set<Request.Suspect> suspects,
      List<Unreadable> failures) {}

  /** A directory or entry that could not be looked at. */
  public record Unreadable(Gfid directory, Optional<FileName> name, PosixException cause) {}

  /** Walks on until about {@code budget} entries were looked at, or the walk is over. */
  public Portion next(int budget) throws IOException, InterruptedException {
    Portion portion =
        new Portion(new ArrayList<>(), new ArrayList<>(), new LinkedHashSet<>(), new ArrayList<>());
    long until = seen + budget;
    while (!left.isEmpty() && seen < until) {
      List<Visit> visits = open(portion);
      visitors.run(visits);
      // Depth first keeps the list of directories yet to be entered short.
      for (int i = visits.size() - 1; i >= 0; i--) {
        take(visits.get(i), portion);
      }
    }
    return portion;
  }

  /** Opens the next few directories. */
  private List<Visit> open(Portion portion) throws IOException {
    List<Visit> visits = new ArrayList<>();
    boolean opened = false;
    try {
      while (!left.isEmpty() && visits.size() < AT_ONCE) {
        Gfid gfid = left.pop();
        try {
          open(gfid).ifPresent(visits::add);
        } catch (PosixException e) {
          portion.failures().add(new Unreadable(gfid, Optional.empty(), e));
        }
      }
      opened = true;
      return visits;
    } finally {
      if (!opened) {
        visits.forEach(Visit::close);
      }
    }
  }

  private Optional<Visit> open(Gfid gfid) throws IOException {
    if (!(tree.directory(gfid) instanceof PrimaryTree.Found.Inside inside)) {
      return Optional.empty();
    }
    Visit visit = null;
    try {
      Optional<EntryPath> path = pathForFilter(gfid);
      if (path.isEmpty() || !filter.leavesOut(path.get(), true)) {
        visit = new Visit(gfid, inside.directory(), path, filter, since);
      }
      return Optional.ofNullable(visit);
    } finally {
      if (visit == null) {
        inside.directory().close();
      }
    }
  }

  /** Returns where a directory is, if there is a filter to ask and it can be told. */
  private Optional<EntryPath> pathForFilter(Gfid gfid) throws IOException {
    if (filter.isEmpty()) {
      return Optional.empty();
    }
    return gfid.equals(tree.rootGfid()) ? Optional.of(EntryPath.ROOT) : tree.path(gfid);
  }

  private void take(Visit visit, Portion portion) throws IOException {
    seen += visit.seen();
    portion.failures().addAll(visit.failures());
    Optional<DirectoryDigest> digest = visit.digest();
    if (digest.isEmpty()) {
      return;
    }
    for (Visit.Below below : visit.below()) {
      tree.learn(below.gfid(), new Place(visit.gfid(), below.name()));
    }
    for (int i = visit.below().size() - 1; i >= 0; i--) {
      left.push(visit.below().get(i).gfid());
    }
    for (Visit.Changed file : visit.changed()) {
      tree.learnFile(file.suspect().gfid(), new Place(visit.gfid(), file.name()));
      portion.suspects().add(file.suspect());
    }
    portion.digests().add(digest.get());
    if (visit.isToBeListed()) {
      portion.toList().add(visit.gfid());
    }
  }

  /**
   * Returns whether something with this ctime may have changed after what is known to be in step.
   */
  public boolean isSince(Instant ctime) {
    return Visit.isSince(since, ctime);
  }

  /** Nothing is left to be entered: for a crawl that begins again at the root. */
  public void forget() {
    left.clear();
  }

  /** A live record met this directory: it is entered again, with all beneath it. */
  public void again(Gfid directory) {
    left.push(directory);
  }

  /** The agent was asked to change that many entries on the walk's behalf. */
  public void countChanged(long entries) {
    changed += entries;
  }

  /**
   * The listing of a directory on the walk's behalf looked at that many entries the walk itself did
   * not.
   */
  public void countSeen(long entries) {
    seen += entries;
  }

  /** Returns whether there is no directory left to enter. */
  public boolean isWalked() {
    return left.isEmpty();
  }

  /** Returns whether a thread is one of those that walk. */
  public static boolean isWalking(Thread thread) {
    return thread.getName().equals(Visitors.NAME);
  }

  /** Returns how far it is. */
  public CrawlProgress progress() {
    return new CrawlProgress(
        seen, changed, Math.max(expected, 0), Duration.ofNanos(System.nanoTime() - begun));
  }
}
