package org.georep.secondary.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.FileFormat;
import org.georep.posix.NewerFormatException;
import org.georep.posix.PosixException;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;

/**
 * What the agent remembers of the tree, in one file: for each name what it stands for and the
 * primary's ctime and size when it was last applied whole; for each gfid the places it may be at;
 * which directories are incomplete; of inodes whose attributes cannot hold a mark, their own
 * identity; of which something is withheld ({@link Withheld}); and what is in limbo and where it
 * came from, where memory is not to hold it ({@link LimboItems}, {@link LimboOrigins}).
 *
 * <p>Durable as of the last {@link #commit}, which only a barrier or a clean end calls; what came
 * later is lost in a crash, and then {@link Rebuild} makes a new one from the tree. The places of a
 * gfid are always a superset of the true ones: one is added before the tree changes and removed
 * after, and whoever uses one looks whether the inode there carries the gfid.
 *
 * <p>The map {@code facts} says its format; the first said none. One of a newer format is refused.
 *
 * <p>For one thread.
 */
public final class Inventory implements AutoCloseable {
  private static final byte[] NOTHING = {};
  private static final String BARRIER = "barrier";
  private static final String FORMAT = "format";
  private static final FileFormat FORMATS =
      FileFormat.first("remove it: it is made again from the tree then");
  private static final int CLEAN_END_MILLIS = 500;
  private static final int CACHE_MEGABYTES = 16;
  private static final long UNSAVED_AT_LEAST = 64 << 10;
  private static final long MUCH_UNSAVED = 32 << 20;

  private final MVStore store;
  private final MVMap<byte[], byte[]> entries;
  private final MVMap<byte[], byte[]> places;
  private final MVMap<byte[], byte[]> incomplete;
  private final MVMap<byte[], byte[]> owned;
  private final MVMap<byte[], byte[]> withheld;
  private final MVMap<String, String> facts;

  private Inventory(MVStore store) {
    this.store = store;
    this.entries = map("entries");
    this.places = map("places");
    this.incomplete = map("incomplete");
    this.owned = map("owned");
    this.withheld = map("withheld");
    this.facts = store.openMap("facts");
  }

  private MVMap<byte[], byte[]> map(String name) {
    return store.openMap(
        name,
        new MVMap.Builder<byte[], byte[]>()
            .keyType(BytesType.INSTANCE)
            .valueType(BytesType.INSTANCE)
            .singleWriter());
  }

  /**
   * Opens or makes the inventory in a file.
   *
   * @throws NewerFormatException if it is of a newer format; it is left as it is
   * @throws IOException if it is not readable as one, or another process has it open
   */
  public static Inventory open(String file) throws IOException {
    return open(new MVStore.Builder().fileName(file));
  }

  /**
   * Makes one that is kept in memory, for a disk with no room for a file. It is as good as another
   * until its process ends, and is made again then.
   */
  public static Inventory inMemory() throws IOException {
    return open(new MVStore.Builder());
  }

  /** Opens an inventory that is there, without changing it. */
  public static Inventory openReadOnly(String file) throws IOException {
    return open(new MVStore.Builder().fileName(file).readOnly());
  }

  private static Inventory open(MVStore.Builder builder) throws IOException {
    try {
      // Nothing is written but by commit(): a later state must never be found beside an older mark.
      MVStore store =
          builder.autoCommitDisabled().autoCommitBufferSize(0).cacheSize(CACHE_MEGABYTES).open();
      store.setVersionsToKeep(0);
      return checked(new Inventory(store));
    } catch (MVStoreException | IllegalArgumentException e) {
      if (e instanceof MVStoreException of
          && of.getErrorCode() == DataUtils.ERROR_UNSUPPORTED_FORMAT) {
        FORMATS.reads("its .georep/inventory", FORMATS.newest() + 1L); // the store's own is newer
      }
      throw new IOException("the inventory cannot be opened: " + e.getMessage(), e);
    }
  }

  private static Inventory checked(Inventory opened) throws NewerFormatException {
    boolean read = false;
    try {
      String format = opened.facts.get(FORMAT);
      if (format == null) {
        format = Integer.toString(FORMATS.newest());
        if (!opened.store.isReadOnly()) {
          opened.facts.put(FORMAT, format);
        }
      }
      FORMATS.reads("its .georep/inventory", Long.parseLong(format));
      read = true;
      return opened;
    } finally {
      if (!read) {
        opened.store.closeImmediately();
      }
    }
  }

  /** Returns what is known of a name. */
  public Optional<Entry> entry(Place place) {
    byte[] value = entries.get(Keys.ofPlace(place));
    return value == null ? Optional.empty() : Optional.of(Keys.entryOf(value));
  }

  /** Returns when georep last changed the inode at a name, as far as that name tells. */
  public long touched(Place place) {
    byte[] value = entries.get(Keys.ofPlace(place));
    return value == null ? LastTouch.UNKNOWN : Keys.touchedOf(value);
  }

  /** Notes at a name that georep changed the inode there just now. */
  public void touch(Place place) {
    entry(place).ifPresent(entry -> put(place, entry.touchedAt(LastTouch.now())));
  }

  /** Notes at a name that nobody knows when georep last changed the inode there. */
  public void forgetTouch(Place place) {
    entry(place)
        .filter(entry -> entry.touched() != LastTouch.UNKNOWN)
        .ifPresent(entry -> put(place, entry.touchedAt(LastTouch.UNKNOWN)));
  }

  /** The same at all names of an inode. */
  public void forgetTouches(Gfid gfid) {
    List<Place> places = new ArrayList<>();
    eachPlace(gfid).forEachRemaining(places::add);
    places.forEach(this::forgetTouch);
  }

  /** Notes what a name stands for. */
  public void put(Place place, Entry entry) {
    entries.put(Keys.ofPlace(place), Keys.ofEntry(entry));
  }

  /** Forgets a name. */
  public void remove(Place place) {
    entries.remove(Keys.ofPlace(place));
  }

  /** Calls back for each name of a directory, ascending; the inventory may be changed meanwhile. */
  public void names(Gfid directory, BiConsumer<FileName, Entry> each) {
    byte[] prefix = Keys.ofGfid(directory);
    Cursor<byte[], byte[]> cursor = entries.cursor(prefix);
    while (cursor.hasNext()) {
      byte[] key = cursor.next();
      if (!Keys.hasPrefix(key, prefix)) {
        return;
      }
      each.accept(Keys.nameOf(key), Keys.entryOf(cursor.getValue()));
    }
  }

  /**
   * Returns each directory that has a name, as they are now. The inventory may be changed
   * meanwhile; not to be used across a commit.
   */
  public Iterator<Gfid> eachDirectory() {
    Cursor<byte[], byte[]> cursor = entries.cursor(null);
    return new Iterator<>() {
      private @Nullable Gfid next = advance();

      private @Nullable Gfid advance() {
        while (cursor.hasNext()) {
          cursor.next();
          if (Keys.isDirectory(cursor.getValue())) {
            return Keys.entryOf(cursor.getValue()).gfid();
          }
        }
        return null;
      }

      @Override
      public boolean hasNext() {
        return next != null;
      }

      @Override
      public Gfid next() {
        Gfid gfid = next;
        if (gfid == null) {
          throw new NoSuchElementException();
        }
        next = advance();
        return gfid;
      }
    };
  }

  /** Calls back for each name; the inventory may be changed meanwhile. */
  public void each(BiConsumer<Place, Entry> each) {
    Cursor<byte[], byte[]> cursor = entries.cursor(null);
    while (cursor.hasNext()) {
      byte[] key = cursor.next();
      each.accept(new Place(Keys.gfidOf(key), Keys.nameOf(key)), Keys.entryOf(cursor.getValue()));
    }
  }

  /** Returns where a gfid may be, to be checked. */
  public List<Place> places(Gfid gfid) {
    List<Place> found = new ArrayList<>(1);
    eachPlace(gfid).forEachRemaining(found::add);
    return found;
  }

  /**
   * Returns where a directory is, as far as is known: of several places that which is known to
   * stand for it. Another is left of a move that failed.
   */
  public Optional<Place> home(Gfid directory) {
    List<Place> all = places(directory);
    if (all.size() > 1) {
      for (Place place : all) {
        if (entry(place).filter(entry -> entry.gfid().equals(directory)).isPresent()) {
          return Optional.of(place);
        }
      }
    }
    return all.stream().findFirst();
  }

  /** Returns whether there is a place where a gfid may be. */
  public boolean hasPlaces(Gfid gfid) {
    return eachPlace(gfid).hasNext();
  }

  /**
   * Returns where a gfid may be, one after the other: of a file with thousands of names, the first
   * are enough for most. The inventory may be changed meanwhile, which the iterator does not see.
   */
  public Iterator<Place> eachPlace(Gfid gfid) {
    byte[] prefix = Keys.ofGfid(gfid);
    return new KeyIterator<>(
        places.cursor(prefix), key -> Keys.hasPrefix(key, prefix), Keys::placeOf);
  }

  /**
   * Adds a place of a gfid: to be called before it gets there. What is kept after its deletion has
   * none.
   */
  public void addPlace(Gfid gfid, Place place) {
    if (!gfid.equals(Mark.KEPT.gfid())) {
      places.put(Keys.ofGfidAt(gfid, place), NOTHING);
    }
  }

  /** Removes a place of a gfid: to be called after it left. */
  public void removePlace(Gfid gfid, Place place) {
    places.remove(Keys.ofGfidAt(gfid, place));
  }

  /** Notes whether a directory is incomplete; the mark on the inode is what counts. */
  public void setIncomplete(Gfid directory, boolean is) {
    if (is) {
      incomplete.put(Keys.ofGfid(directory), NOTHING);
    } else {
      incomplete.remove(Keys.ofGfid(directory));
    }
  }

  /** Returns whether a directory is noted as incomplete. */
  public boolean isIncomplete(Gfid directory) {
    return incomplete.containsKey(Keys.ofGfid(directory));
  }

  /** Returns all directories noted as incomplete. */
  public List<Gfid> incomplete() {
    List<Gfid> all = new ArrayList<>();
    for (byte[] key : incomplete.keySet()) {
      all.add(Keys.gfidOf(key));
    }
    return all;
  }

  /** Returns the own identity of the markless inode that stands for a gfid. */
  public Optional<Gfid> owned(Gfid gfid) {
    byte[] own = owned.get(Keys.ofGfid(gfid));
    return own == null ? Optional.empty() : Optional.of(Gfid.of(own));
  }

  /** Notes the own identity of the inode that stands for a gfid and cannot hold a mark. */
  public void setOwned(Gfid gfid, Gfid own) {
    owned.put(Keys.ofGfid(gfid), own.toBytes());
  }

  /** Forgets a markless inode. */
  public void removeOwned(Gfid gfid) {
    owned.remove(Keys.ofGfid(gfid));
  }

  /** Calls back with gfid and own identity of each markless inode. */
  public void eachOwned(BiConsumer<Gfid, Gfid> each) {
    Cursor<byte[], byte[]> cursor = owned.cursor(null);
    while (cursor.hasNext()) {
      byte[] key = cursor.next();
      each.accept(Keys.gfidOf(key), Gfid.of(cursor.getValue()));
    }
  }

  /** Returns of how many gfids something is withheld. */
  public long withheld() {
    return withheld.sizeAsLong();
  }

  /**
   * Notes that something is withheld of a gfid.
   *
   * @param what all of it where the inode cannot hold it, else nothing
   */
  public void setWithheld(Gfid gfid, byte[] what) {
    byte[] key = Keys.ofGfid(gfid);
    if (!Arrays.equals(withheld.get(key), what)) {
      withheld.put(key, what);
    }
  }

  /** Returns what is noted of a gfid, empty where the inode holds it; nothing if nothing is. */
  public Optional<byte[]> withheld(Gfid gfid) {
    return Optional.ofNullable(withheld.get(Keys.ofGfid(gfid)));
  }

  /** Notes that nothing is withheld of a gfid any more. */
  public void removeWithheld(Gfid gfid) {
    if (!withheld.isEmpty()) {
      withheld.remove(Keys.ofGfid(gfid));
    }
  }

  /** Returns the items of limbo that memory is not to hold: to be asked for once. */
  public LimboItems limboItems() {
    return new LimboItems(map("limbo"), map("limbo.due"));
  }

  /** Returns where the items of limbo came from: to be asked for once, and filled anew. */
  public LimboOrigins limboOrigins() {
    return new LimboOrigins(map("limbo.from"), map("limbo.place"));
  }

  /** Returns the directories that a crawl met: to be asked for once, and cleared first. */
  public MetDirectories metDirectories() {
    return metDirectories(MetDirectories.IN_MEMORY);
  }

  MetDirectories metDirectories(int inMemory) {
    return new MetDirectories(map("crawl.met"), inMemory);
  }

  /** Returns when the file system was last synced; what changed before is durable. */
  public Optional<Instant> barrier() {
    String text = facts.get(BARRIER);
    return text == null ? Optional.empty() : Optional.of(Instant.parse(text));
  }

  /** Returns whether a file keeps it. */
  public boolean isKept() {
    return store.getFileStore() != null;
  }

  /** Returns how many bytes the next commit writes at most. */
  public long unsaved() {
    return UNSAVED_AT_LEAST + store.getUnsavedMemory() * 5L / 4;
  }

  /** Returns whether the store gave up after an error: nothing can be asked of it any more. */
  public boolean isBroken() {
    return store.isClosed();
  }

  /**
   * Makes everything noted so far durable, if a file keeps it.
   *
   * @param barrier the secondary's clock before the file system was synced
   */
  public void commit(Instant barrier) throws IOException {
    facts.put(BARRIER, barrier.toString());
    if (!isKept()) {
      return;
    }
    try {
      store.commit();
      store.sync();
    } catch (MVStoreException e) {
      throw new IOException("the inventory cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Writes what is there so far once it takes much memory, if there is room for it. Only for the
   * start, while what is noted is true of the tree as it was at the last commit.
   *
   * @param room behind the end of its file
   */
  public void relieve(Headroom room) throws IOException {
    if (!isKept() || unsaved() < MUCH_UNSAVED) {
      return;
    }
    try {
      room.ensure(unsaved());
    } catch (PosixException e) {
      if (e.is(Errno.ENOSPC, Errno.EDQUOT, Errno.EROFS)) {
        return; // it stays in memory, as with every full disk
      }
      throw e;
    }
    spill();
  }

  /** Writes what is there so far, to free memory while a new inventory is filled. */
  void spill() throws IOException {
    if (isKept()) {
      try {
        store.commit();
      } catch (MVStoreException e) {
        throw new IOException("the inventory cannot be written: " + e.getMessage(), e);
      }
    }
  }

  /** Closes it after a commit, making the file smaller if that is quickly done. */
  @Override
  public void close() {
    close(true);
  }

  /**
   * Closes it after a commit.
   *
   * @param smaller whether the file may be made smaller, which needs room for a moment
   */
  public void close(boolean smaller) {
    if (smaller && isKept() && !store.isReadOnly()) {
      store.compactFile(CLEAN_END_MILLIS);
    }
    store.close();
  }

  /**
   * Closes it and removes its file, of which nobody knows any more what the disk has: it is made
   * again from the tree.
   */
  public void discard() throws IOException {
    String file = isKept() ? store.getFileStore().getFileName() : null;
    store.closeImmediately();
    if (file != null) {
      Files.deleteIfExists(Path.of(file));
    }
  }

  /** Closes it without writing anything: what was noted since the last commit is lost. */
  public void abandon() {
    store.closeImmediately();
  }
}
