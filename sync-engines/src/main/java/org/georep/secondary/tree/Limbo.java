package org.georep.secondary.tree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.secondary.identity.LimboItems;
import org.jspecify.annotations.Nullable;

/**
 * {@code .georep/limbo}: what lost its name and may be wanted at another one. An item is named by
 * its gfid in hexadecimal, with {@code '} and a number after it if it is not the only one, and
 * belongs to the batch that last detached it; one found at the agent's start belongs to batch 0.
 *
 * <p>As many items as {@link #IN_MEMORY} are known in memory; those beyond are noted in the
 * inventory, so that a tree that is deleted while a crawl runs does not have to fit into the heap.
 * The inventory keeps those over a clean end; a start finds them there instead of noting them
 * again.
 */
public final class Limbo {
  /** How many items are known in memory; those beyond are on disk. */
  static final int IN_MEMORY = 100_000;

  private static final int MOST_CALLED = 10_000;

  private final Libc libc;
  private final int directory;
  private final Map<FileName, Long> items = new HashMap<>();
  private final int most;
  private final LimboItems beyond;
  private final Origins origins;
  private long number;
  private final Map<FileName, EntryPath> called = new HashMap<>();

  /** Keeps the inventory from holding much in memory while items are noted in it. */
  public interface Relief {
    /** Called now and then. */
    void relieve() throws IOException;
  }

  /**
   * Finds what is there.
   *
   * @param directory limbo, open with O_PATH
   * @param origins where items came from
   * @param beyond what is known of those memory is not to hold
   */
  public Limbo(Libc libc, int directory, Origins origins, LimboItems beyond, Relief relief)
      throws IOException {
    this(libc, directory, origins, beyond, relief, IN_MEMORY);
  }

  Limbo(Libc libc, int directory, Origins origins, LimboItems beyond, Relief relief, int most)
      throws IOException {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.directory = directory;
    this.origins = Objects.requireNonNull(origins, "origins is null");
    this.beyond = Objects.requireNonNull(beyond, "beyond is null");
    this.most = most;
    long found = 0;
    int readable = libc.openat(directory, new byte[] {'.'}, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    try {
      List<Dirent> some = libc.listOn(readable);
      while (!some.isEmpty()) {
        for (Dirent entry : some) {
          if (beyond.batch(entry.name()).isEmpty()) {
            entered(entry.name(), 0);
          }
          found++;
        }
        relief.relieve();
        some = libc.listOn(readable);
      }
    } finally {
      libc.close(readable);
    }
    if (found != size()) {
      forgetWhatIsNotThere();
    }
    origins.find(this::contains, relief);
  }

  /** Somebody else took items away while no agent ran, or an older agent did. */
  private void forgetWhatIsNotThere() throws PosixException {
    for (Iterator<FileName> each = beyond.upTo(0); each.hasNext(); ) {
      FileName item = each.next();
      try {
        libc.statx(directory, item.toBytes(), Linux.AT_SYMLINK_NOFOLLOW);
      } catch (PosixException e) {
        if (!e.is(Errno.ENOENT)) {
          throw e;
        }
        beyond.remove(item);
      }
    }
  }

  /** Returns a free name for an item of this gfid. */
  public FileName nameFor(Gfid gfid) {
    FileName name = FileName.of(gfid.toString());
    while (contains(name)) {
      number++;
      name = FileName.of(gfid + "'" + number);
    }
    return name;
  }

  /** Notes which batch detached an item; the latest counts. */
  public void entered(FileName item, long batch) {
    if (items.containsKey(item)) {
      items.merge(item, batch, Math::max);
    } else if (beyond.batch(item).isPresent()) {
      beyond.put(item, Math.max(batch, beyond.batch(item).getAsLong()));
    } else if (items.size() < most) {
      items.put(item, batch);
    } else {
      beyond.put(item, batch);
    }
  }

  /** Notes where an item was, for people; a bounded number is kept. */
  public void cameFrom(FileName item, EntryPath path) {
    if (called.size() < MOST_CALLED) {
      called.put(item, path);
    }
  }

  /** Returns a path with the item of limbo it begins with as it was called before, if known. */
  EntryPath before(EntryPath path) {
    EntryPath origin = path.isRoot() ? null : called.get(path.names().get(0));
    if (origin == null) {
      return path;
    }
    List<FileName> names = new ArrayList<>(origin.names());
    names.addAll(path.names().subList(1, path.names().size()));
    return EntryPath.of(names);
  }

  /** Notes that an item left, whichever way. */
  public void left(FileName item) {
    called.remove(item);
    if (items.remove(item) == null) {
      beyond.remove(item);
    }
    origins.left(item);
  }

  /** Returns the batch that last detached an item, 0 if it is not known. */
  public long batch(FileName item) {
    Long known = items.get(item);
    return known == null ? beyond.batch(item).orElse(0) : known;
  }

  /**
   * Returns the items detached by a batch up to this one, the earliest first, as they are when
   * iterated. Limbo may be changed meanwhile; a commit must not pass.
   */
  public Iterable<FileName> upTo(long batch) {
    return () -> {
      List<Item> found = new ArrayList<>();
      items.forEach(
          (item, detached) -> {
            if (detached <= batch) {
              found.add(new Item(item, detached));
            }
          });
      found.sort(Comparator.comparingLong(Item::batch));
      return new Joined(found.iterator(), beyond.upTo(batch));
    };
  }

  private record Item(FileName name, long batch) {}

  /** Returns all items, as {@link #upTo} does. */
  public Iterable<FileName> all() {
    return upTo(Long.MAX_VALUE);
  }

  /** Returns whether there is such an item. */
  public boolean contains(FileName item) {
    return items.containsKey(item) || beyond.batch(item).isPresent();
  }

  /** Returns how many items there are. */
  public long size() {
    return items.size() + beyond.size();
  }

  /** Both by batch. */
  private final class Joined implements Iterator<FileName> {
    private final Iterator<Item> known;
    private final Iterator<FileName> noted;
    private @Nullable Item first;
    private @Nullable Item second;

    Joined(Iterator<Item> known, Iterator<FileName> noted) {
      this.known = known;
      this.noted = noted;
      this.first = known.hasNext() ? known.next() : null;
      this.second = nextNoted();
    }

    private @Nullable Item nextNoted() {
      if (!noted.hasNext()) {
        return null;
      }
      FileName name = noted.next();
      return new Item(name, beyond.batch(name).orElse(0));
    }

    @Override
    public boolean hasNext() {
      return first != null || second != null;
    }

    @Override
    public FileName next() {
      Item a = first;
      Item b = second;
      if (a != null && (b == null || a.batch <= b.batch)) {
        first = known.hasNext() ? known.next() : null;
        return a.name;
      }
      if (b == null) {
        throw new NoSuchElementException();
      }
      second = nextNoted();
      return b.name;
    }
  }
}
