package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.protocol.Kind;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Directory;

/**
 * The directories whose names may not be the primary's. The mark is on the inode, durable with it;
 * here they are counted, with the batch that doubted them last and whether a listing was applied
 * since.
 *
 * <p>One that was listed since it was last doubted waits for its barrier and is not asked for
 * again; after a crash all are.
 */
public final class Incomplete {
  private static final int MOST_FIRST = 4096;
  private static final int MOST_AGAIN = 64;

  private final Inventory inventory;
  private final Directories directories;
  private final Map<Gfid, State> all = new HashMap<>();
  private final Set<Gfid> unreported = new LinkedHashSet<>();
  private final Set<Gfid> reported = new LinkedHashSet<>();

  private record State(long batch, boolean listed) {}

  /** Makes it, with those the inventory knows, as of batch 0. */
  public Incomplete(Inventory inventory, Directories directories) {
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.directories = Objects.requireNonNull(directories, "directories is null");
    inventory.incomplete().forEach(gfid -> note(gfid, 0));
  }

  private void note(Gfid gfid, long batch) {
    all.put(gfid, new State(batch, false));
    reported.remove(gfid);
    unreported.add(gfid);
  }

  /** Doubts a directory that is here. */
  public void doubt(Directory directory, long batch) throws PosixException {
    if (!all.containsKey(directory.gfid())) {
      directories.mark(directory, Mark.ofDirectory(directory.gfid(), true));
      AgentFailpoint.DIRECTORY_DOUBTED.reached();
    }
    noted(directory.gfid(), batch);
  }

  /** Notes a directory that has the mark already. */
  void noted(Gfid directory, long batch) {
    inventory.setIncomplete(directory, true);
    note(directory, batch);
  }

  /**
   * Notes that a directory came to a new place: if a listing of it is wanted, that is told anew.
   */
  void moved(Gfid directory) {
    if (reported.remove(directory)) {
      unreported.add(directory);
    }
  }

  /** Notes that a listing was applied. */
  void listed(Gfid directory) {
    State state = all.get(directory);
    if (state != null) {
      all.put(directory, new State(state.batch, true));
      unreported.remove(directory);
      reported.remove(directory);
    }
  }

  /** Returns whether a directory is incomplete. */
  boolean contains(Gfid directory) {
    return all.containsKey(directory);
  }

  /**
   * Takes the mark away, now that what the listing said is durable; not from one doubted since, or
   * by a later batch.
   */
  public void clear(Gfid directory, long upToBatch) throws PosixException {
    State state = all.get(directory);
    if (state == null || !state.listed || state.batch > upToBatch) {
      return;
    }
    Directory open;
    try {
      open = directories.get(directory);
    } catch (PosixException e) {
      if (e.is(Errno.EXDEV)) {
        note(
            directory, state.batch); // under a mount it keeps its mark: listed once more after that
        return;
      }
      throw e;
    }
    if (open != null) {
      directories.mark(open, Mark.ofDirectory(directory, false));
      AgentFailpoint.BARRIER_MARK_CLEARED.reached();
    }
    forget(directory);
  }

  /** Forgets a directory that is gone. */
  public void forget(Gfid directory) {
    all.remove(directory);
    unreported.remove(directory);
    reported.remove(directory);
    inventory.setIncomplete(directory, false);
  }

  /**
   * Returns those in the tree of which a listing is wanted: the new ones, and of the others some,
   * by turns. It is empty only if there are none.
   */
  List<Gfid> wanted() {
    Map<Gfid, Boolean> known = new HashMap<>();
    List<Gfid> again = new ArrayList<>();
    List<Gfid> gone = new ArrayList<>();
    for (Gfid gfid : reported) {
      if (again.size() == MOST_AGAIN) {
        break;
      }
      if (!inventory.isIncomplete(gfid)) {
        gone.add(gfid); // it left limbo for good
      } else if (isInTree(gfid, known)) {
        // Others may have removed it; when it is wanted again it is made again.
        (mayBeHere(gfid) ? again : gone).add(gfid);
        directories.trim();
      }
    }
    gone.forEach(this::forget);
    reported.removeAll(again);
    reported.addAll(again);
    List<Gfid> first = new ArrayList<>();
    for (Gfid gfid : unreported) {
      if (first.size() == MOST_FIRST) {
        break;
      }
      first.add(gfid);
    }
    first.forEach(unreported::remove);
    reported.addAll(first);
    first.removeIf(gfid -> !isInTree(gfid, known));
    first.addAll(again);
    return first.isEmpty() && !unreported.isEmpty() ? wanted() : first;
  }

  private boolean mayBeHere(Gfid gfid) {
    try {
      return directories.get(gfid) != null;
    } catch (PosixException e) {
      return true; // forgotten for an error it would never be listed
    }
  }

  /**
   * The primary does not show it; or a file has the name, and the directory's identity: a primary
   * that was taken back to an older state gives identities out anew, and the directory that had
   * this one waits in limbo.
   */
  private static boolean isNoDirectory(Entry entry) {
    return entry.kept() || entry.kind() != Kind.DIRECTORY;
  }

  /**
   * Returns whether a directory is not in limbo, nor below a name the primary does not show.
   *
   * @param known answers given before, while nothing changed
   */
  boolean isInTree(Gfid directory, Map<Gfid, Boolean> known) {
    List<Gfid> way = new ArrayList<>();
    Gfid at = directory;
    Boolean is = known.get(at);
    while (is == null) {
      way.add(at);
      known.put(at, false); // should the way ever lead back here
      Optional<Place> home = inventory.home(at);
      if (at.equals(directories.root().gfid())) {
        is = true;
      } else if (home.isEmpty()
          || inventory.entry(home.get()).filter(Incomplete::isNoDirectory).isPresent()) {
        is = false;
      } else {
        at = home.get().directory();
        is = known.get(at);
      }
    }
    for (Gfid gfid : way) {
      known.put(gfid, is);
    }
    return is;
  }
}
