package org.georep.secondary.tree;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Dirent;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * {@code .georep/limbo}: what lost its name and may be wanted at another one. An item is named by
 * its gfid in hexadecimal, with {@code '} and a number after it if it is not the only one, and
 * belongs to the batch that last detached it; one found at the agent's start belongs to batch 0.
 */
public final class Limbo {
  private static final int MOST_CALLED = 10_000;

  private final Map<FileName, Long> items = new HashMap<>();
  private final Origins origins;
  private long number;
  private final Map<FileName, EntryPath> called = new HashMap<>();

  /**
   * Finds what is there.
   *
   * @param directory limbo, open with O_PATH
   * @param origins where items came from
   */
  public Limbo(Libc libc, int directory, Origins origins) throws PosixException {
    Objects.requireNonNull(libc, "libc is null");
    this.origins = Objects.requireNonNull(origins, "origins is null");
    int readable = libc.openat(directory, new byte[] {'.'}, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    try {
      for (Dirent entry : libc.list(readable)) {
        items.put(entry.name(), 0L);
      }
    } finally {
      libc.close(readable);
    }
    origins.keepOnly(items.keySet());
  }

  /** Returns a free name for an item of this gfid. */
  public FileName nameFor(Gfid gfid) {
    FileName name = FileName.of(gfid.toString());
    while (items.containsKey(name)) {
      number++;
      name = FileName.of(gfid + "'" + number);
    }
    return name;
  }

  /** Notes which batch detached an item; the latest counts. */
  public void entered(FileName item, long batch) {
    items.merge(item, batch, Math::max);
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
    items.remove(item);
    origins.left(item);
  }

  /** Returns the batch that last detached an item, 0 if it is not known. */
  public long batch(FileName item) {
    return items.getOrDefault(item, 0L);
  }

  /** Returns the items detached by a batch up to this one. */
  public List<FileName> upTo(long batch) {
    List<FileName> found = new ArrayList<>();
    items.forEach(
        (item, detached) -> {
          if (detached <= batch) {
            found.add(item);
          }
        });
    return found;
  }

  /** Returns all items. */
  public List<FileName> all() {
    return List.copyOf(items.keySet());
  }

  /** Returns whether there is such an item. */
  public boolean contains(FileName item) {
    return items.containsKey(item);
  }

  /** Returns how many items there are. */
  public long size() {
    return items.size();
  }
}
