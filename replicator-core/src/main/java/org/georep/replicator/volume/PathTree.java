package org.georep.replicator.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.georep.engine.OpenFile;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Want;

/**
 * Looks at the primary without file handles: for a process that may not open by handle, and for
 * file systems that have none. It keeps the place of every directory it heard of (about 150 bytes
 * each) and of the files last spoken of (a bounded number), and believes none of it: a path made of
 * places counts only when what it leads to has the identity asked for. Of a file it keeps all the
 * places: were it one, and that name gone, a file that has another would be taken for gone, and
 * whoever waits for its contents under that name would wait for ever.
 *
 * <p>A directory that was looked for at its place and was not there has none until its new name is
 * looked at, which most often is the next look. While one is not where it should be and no look has
 * said so yet, and for some seconds after one has, a file below it is not gone: it cannot be opened
 * for the moment (EAGAIN). Then it counts as gone, its names are looked at again, and its directory
 * is listed when it is found, all of whose contents have to be compared: those seconds spare that.
 *
 * <p>A directory that is not where it was last seen is walked for once; if that does not find it,
 * it is answered as outside: it may have moved while being looked for, and only its new name will
 * tell. That name may have been looked at in vain, or what is above it: one that is asked for and
 * not found for some seconds is walked for again, which takes a small part of the time.
 */
final class PathTree implements PrimaryTree {
  private static final int FILES = 200_000;
  private static final int NAMES = 1_000;
  private static final int DISPLACED = 10_000;

  /** After a walk none begins for so many times as long as it took. */
  private static final int REST = 20;

  /** How long the new name of a directory that has no place is waited for. */
  static final long MOVING_NANOS = 5_000_000_000L;

  private final Root root;
  private final Libc libc;
  private final Map<Gfid, Place> directories = new HashMap<>();
  private final Map<Place, Gfid> occupants = new HashMap<>();
  private final Map<Gfid, Set<Place>> files =
      new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Gfid, Set<Place>> eldest) {
          return size() > FILES;
        }
      };
  private final LongSupplier nanos;

  /** Directories that lost their place, and when. */
  private final Map<Gfid, Long> displaced = bounded();

  /** Directories that were asked for and not found since, and since when. */
  private final Map<Gfid, Long> unfound = bounded();

  private boolean walked;
  private long restUntil;

  /** Returns times of directories; of more than {@link #DISPLACED} those that came first go. */
  private static Map<Gfid, Long> bounded() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Gfid, Long> eldest) {
        return size() > DISPLACED;
      }
    };
  }

  PathTree(Root root) {
    this(root, System::nanoTime);
  }

  /** As above, with the clock by which a move takes its time. */
  PathTree(Root root, LongSupplier nanos) {
    this.root = root;
    this.libc = root.libc();
    this.nanos = nanos;
  }

  @Override
  public Gfid rootGfid() {
    return root.gfid();
  }

  @Override
  public byte[] root() {
    return root.path();
  }

  @Override
  public Found directory(Gfid gfid) throws IOException {
    if (gfid.equals(root.gfid())) {
      return new Found.Inside(root.top());
    }
    int open = openDirectory(gfid);
    if (open < 0 && mayWalk(gfid)) {
      walk();
      open = openDirectory(gfid);
    }
    return open < 0 ? new Found.Outside() : new Found.Inside(root.directory(open));
  }

  /**
   * One walk finds all that were there before this process looked; later ones are learnt from
   * looks, as a rule.
   */
  private synchronized boolean mayWalk(Gfid gfid) {
    if (!walked) {
      return !directories.containsKey(gfid);
    }
    long now = nanos.getAsLong();
    Long since = unfound.putIfAbsent(gfid, now);
    return since != null && now - since > MOVING_NANOS && now - restUntil > 0;
  }

  private int openDirectory(Gfid gfid) throws IOException {
    Optional<EntryPath> path = pathOf(gfid);
    return path.isEmpty() ? -1 : openAs(path.get(), gfid, Linux.O_RDONLY | Linux.O_DIRECTORY);
  }

  /** Opens a path if it leads to this inode, else -1. */
  private int openAs(EntryPath path, Gfid gfid, int flags) throws IOException {
    int open;
    try {
      open = root.open(path, flags | Linux.O_NOFOLLOW);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV, Errno.ESTALE, Errno.ENXIO)) {
        return -1;
      }
      throw e;
    }
    boolean same = false;
    try {
      same = root.look().gfid(open).equals(gfid);
      return same ? open : -1;
    } finally {
      if (!same) {
        libc.close(open);
      }
    }
  }

  private synchronized Optional<EntryPath> pathOf(Gfid directory) {
    List<FileName> names = new ArrayList<>();
    Gfid at = directory;
    while (!at.equals(root.gfid())) {
      Place place = directories.get(at);
      if (place == null || names.size() > directories.size()) {
        return Optional.empty();
      }
      names.add(place.name());
      at = place.directory();
    }
    Collections.reverse(names);
    return Optional.of(EntryPath.of(names));
  }

  private void walk() throws IOException {
    long begun = nanos.getAsLong();
    Deque<Gfid> left = new ArrayDeque<>(List.of(root.gfid()));
    while (!left.isEmpty()) {
      Gfid gfid = left.pop();
      int open =
          gfid.equals(root.gfid())
              ? libc.openat(
                  root.descriptor(), new byte[] {'.'}, Linux.O_RDONLY | Linux.O_DIRECTORY, 0)
              : openOrSkip(gfid);
      if (open < 0) {
        continue;
      }
      try (PrimaryDirectory directory = root.directory(open)) {
        for (FileName name : subdirectories(open)) {
          Optional<Gfid> below = below(directory, name);
          if (below.isPresent()) {
            learn(below.get(), new Place(gfid, name));
            left.push(below.get());
          }
        }
      }
    }
    synchronized (this) {
      walked = true;
      long now = nanos.getAsLong();
      restUntil = now + REST * (now - begun);
    }
  }

  private static Optional<Gfid> below(PrimaryDirectory directory, FileName name)
      throws IOException {
    try {
      return directory.look(name) instanceof Want.Present present && present.state().isDirectory()
          ? Optional.of(present.state().gfid())
          : Optional.empty();
    } catch (PosixException e) {
      return Optional.empty();
    }
  }

  /**
   * A directory that may not be entered is reported when the crawl or a record comes to it, not
   * here.
   */
  private int openOrSkip(Gfid gfid) throws IOException {
    try {
      return openDirectory(gfid);
    } catch (PosixException e) {
      if (e.is(Errno.EACCES, Errno.EIO)) {
        return -1;
      }
      throw e;
    }
  }

  private List<FileName> subdirectories(int open) throws IOException {
    int directoryType = Linux.S_IFDIR >> 12;
    return libc.list(open).stream()
        .filter(entry -> entry.type() == directoryType || entry.type() == 0)
        .map(entry -> entry.name())
        .toList();
  }

  @Override
  public Optional<EntryState> look(Gfid gfid, Optional<Place> hint) throws IOException {
    if (gfid.equals(root.gfid())) {
      return Optional.of(root.look().state(root.descriptor()));
    }
    for (Place place : candidates(gfid, hint)) {
      if (directory(place.directory()) instanceof Found.Inside inside) {
        try (PrimaryDirectory directory = inside.directory()) {
          if (directory.look(place.name()) instanceof Want.Present present
              && present.state().gfid().equals(gfid)) {
            return Optional.of(present.state());
          }
        }
      }
    }
    return Optional.empty();
  }

  private synchronized List<Place> candidates(Gfid gfid, Optional<Place> hint) {
    Set<Place> places = new LinkedHashSet<>();
    hint.ifPresent(places::add);
    Place directory = directories.get(gfid);
    if (directory != null) {
      places.add(directory);
    }
    places.addAll(files.getOrDefault(gfid, Set.of()));
    return List.copyOf(places);
  }

  @Override
  public Optional<OpenFile> open(Gfid gfid) throws IOException {
    boolean unsure = false;
    for (Place place : candidates(gfid, Optional.empty())) {
      Optional<EntryPath> above = pathOf(place.directory());
      if (above.isPresent()) {
        int flags = Linux.O_RDONLY | Linux.O_NONBLOCK;
        int open = openAs(above.get().resolve(place.name()), gfid, flags);
        if (open >= 0) {
          return Optional.of(root.file(open));
        }
        unsure |= !leadsTo(above.get(), place.directory());
      } else {
        unsure |= isMoving(place.directory());
      }
    }
    if (unsure) {
      throw new PosixException("open", new byte[0], Errno.EAGAIN);
    }
    return Optional.empty();
  }

  /** Whether what leads to a directory ends at one that lost its place a moment ago. */
  private synchronized boolean isMoving(Gfid directory) {
    Gfid at = directory;
    for (int steps = 0; steps <= directories.size(); steps++) {
      Place place = directories.get(at);
      if (place == null) {
        Long since = displaced.get(at);
        return since != null && nanos.getAsLong() - since < MOVING_NANOS;
      }
      at = place.directory();
    }
    return true; // a ring, which only directories on the move make
  }

  private boolean leadsTo(EntryPath path, Gfid directory) throws IOException {
    int open = openAs(path, directory, Linux.O_PATH | Linux.O_DIRECTORY);
    if (open >= 0) {
      libc.close(open);
    }
    return open >= 0;
  }

  @Override
  public Optional<EntryPath> path(Gfid gfid) throws IOException {
    for (Place place : candidates(gfid, Optional.empty())) {
      Optional<EntryPath> above = pathOf(place.directory());
      if (above.isPresent()) {
        EntryPath path = above.get().resolve(place.name());
        int open = openAs(path, gfid, Linux.O_PATH);
        if (open >= 0) {
          libc.close(open);
          return Optional.of(path);
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public synchronized Optional<Place> place(Gfid directory) {
    return Optional.ofNullable(directories.get(directory));
  }

  @Override
  public synchronized void learn(Gfid directory, Place place) {
    Place former = directories.put(directory, place);
    if (former != null && !former.equals(place)) {
      occupants.remove(former, directory);
    }
    displaced.remove(directory);
    unfound.remove(directory);
    Gfid occupant = occupants.put(place, directory);
    if (occupant != null && !occupant.equals(directory)) {
      displace(occupant, place);
    }
  }

  @Override
  public synchronized void learnAbsent(Place place) {
    Gfid occupant = occupants.remove(place);
    if (occupant != null) {
      displace(occupant, place);
    }
  }

  @GuardedBy("this")
  private void displace(Gfid directory, Place from) {
    if (directories.remove(directory, from)) {
      displaced.put(directory, nanos.getAsLong());
    }
  }

  @Override
  public synchronized void learnFile(Gfid file, Place place) {
    Set<Place> places = files.computeIfAbsent(file, any -> new LinkedHashSet<>(2));
    // The last one learnt is the last to be forgotten.
    places.remove(place);
    places.add(place);
    if (places.size() > NAMES) {
      places.remove(places.iterator().next());
    }
  }

  @Override
  public boolean looksByName() {
    return true;
  }

  @Override
  public List<Place> soughtAt(Gfid gfid) {
    return candidates(gfid, Optional.empty());
  }

  @Override
  public Set<Gfid> mapped() {
    return Set.of(); // other users' processes do not show theirs
  }

  @Override
  public void check() throws IOException {
    root.check();
  }

  @Override
  public void close() throws IOException {
    root.close();
  }
}
