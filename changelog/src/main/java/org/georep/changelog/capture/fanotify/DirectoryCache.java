package org.georep.changelog.capture.fanotify;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.georep.changelog.capture.Recent;
import org.georep.name.Gfid;
import org.jspecify.annotations.Nullable;

/**
 * Remembers where directories lie, bounded; the least recently used are forgotten first.
 *
 * <p>INSIDE may be out of date without harm: a record only says where to look, and whoever looks
 * finds out. OUTSIDE must not be, for it silences events. So it is forgotten whenever a directory
 * moves in; and those that were silenced shortly before and turn out to be inside by then are named
 * again ({@link #silencedAndNowInside}): an event of after the move may have been merged into one
 * of before it, and was read while the old answer still held. Should more have been silenced than
 * are remembered, nobody knows which ({@link #takeForgotten}): a gap.
 */
final class DirectoryCache {
  static final int LIMIT = 1 << 17;

  private final DirectoryFinder finder;
  private final int limit;
  private Map<Gfid, Whereabouts> inside;
  private Map<Gfid, Whereabouts> elsewhere;
  private final Set<Gfid> announced = new HashSet<>();
  private final Recent<Gfid> silenced;
  private boolean movedIn;

  /**
   * Makes an empty cache.
   *
   * @param limit how many directories to remember: inside, elsewhere, and silenced in one
   *     generation of {@link Recent}
   */
  DirectoryCache(DirectoryFinder finder, int limit) {
    this.finder = finder;
    this.limit = limit;
    this.silenced = new Recent<>(limit);
    this.inside = new Bounded();
    this.elsewhere = new Bounded();
  }

  /** Returns where a directory lies, or lay when it was last looked for. */
  Whereabouts where(Gfid directory) {
    Whereabouts answer = known(directory);
    if (answer == null) {
      answer = finder.find(directory);
      put(directory, answer);
    }
    return answer;
  }

  /** Returns where a directory lies now; one that is gone keeps the answer it had. */
  Whereabouts whereNow(Gfid directory) {
    Whereabouts now = finder.find(directory);
    if (now != Whereabouts.GONE || known(directory) == null) {
      put(directory, now);
    }
    return now;
  }

  private @Nullable Whereabouts known(Gfid directory) {
    Whereabouts answer = inside.get(directory);
    return answer == null ? elsewhere.get(directory) : answer;
  }

  private void put(Gfid directory, Whereabouts answer) {
    if (answer == Whereabouts.UNKNOWN) {
      inside.remove(directory);
      elsewhere.remove(directory);
      announced.remove(directory);
    } else if (answer == Whereabouts.INSIDE) {
      elsewhere.remove(directory);
      announced.remove(directory);
      inside.put(directory, answer);
    } else {
      inside.remove(directory);
      elsewhere.put(directory, answer);
    }
  }

  /** Returns whether an event in a directory that lies outside is the first to be told of. */
  boolean announce(Gfid outside) {
    silenced.add(outside);
    return announced.add(outside);
  }

  /** A directory moved in: forgets what was outside. */
  void directoryMovedIn() {
    elsewhere = new Bounded();
    announced.clear();
    movedIn = true;
  }

  /** A directory moved out: forgets what was inside. */
  void directoryMovedOut() {
    inside = new Bounded();
  }

  /**
   * Returns, once for each time a directory moved in, whether events may have been silenced too
   * long in directories that are not remembered. To be asked for before {@link
   * #silencedAndNowInside}.
   */
  boolean takeForgotten() {
    boolean forgotten = movedIn && silenced.isFull();
    if (forgotten) {
      movedIn = false; // a crawl finds the others, too
    }
    return forgotten;
  }

  /**
   * Returns the directories whose events were silenced too long. To be asked for before a mark is
   * written.
   */
  Set<Gfid> silencedAndNowInside() {
    Set<Gfid> found = new LinkedHashSet<>();
    if (movedIn) {
      Set<Gfid> candidates = new LinkedHashSet<>();
      silenced.forEach(candidates::add);
      for (Gfid directory : candidates) {
        if (where(directory).mayBeInside()) {
          found.add(directory);
        }
      }
      found.forEach(silenced::remove);
      movedIn = false;
    }
    return found;
  }

  /** Forgets everything. */
  void clear() {
    directoryMovedIn();
    directoryMovedOut();
  }

  /** The kernel's queue was found empty. */
  void emptied() {
    silenced.emptied();
  }

  private final class Bounded extends LinkedHashMap<Gfid, Whereabouts> {
    private static final long serialVersionUID = 1L;

    Bounded() {
      super(64, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Gfid, Whereabouts> eldest) {
      if (size() <= limit) {
        return false;
      }
      announced.remove(eldest.getKey());
      return true;
    }
  }
}
