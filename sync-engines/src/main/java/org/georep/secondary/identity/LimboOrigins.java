package org.georep.secondary.identity;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.h2.mvstore.MVMap;

/**
 * Where the items of limbo came from, by item and by place, in the inventory's file: so their
 * number is bounded by the disk. An item may be noted without a place.
 *
 * <p>It only finds; the truth are links beside limbo, and whoever owns those {@linkplain #clear
 * clears} it and fills it anew at each start. For one thread.
 */
public final class LimboOrigins {
  private static final byte[] NOTHING = {};

  /** Ends a name in a key, since no name has it. */
  private static final byte END = '/';

  private final MVMap<byte[], byte[]> places;
  private final MVMap<byte[], byte[]> items;

  LimboOrigins(MVMap<byte[], byte[]> places, MVMap<byte[], byte[]> items) {
    this.places = places;
    this.items = items;
  }

  /** Forgets all. */
  public void clear() {
    if (!places.isEmpty()) {
      places.clear();
      items.clear();
    }
  }

  /** Notes where an item came from, in place of what was noted. */
  public void put(FileName item, Optional<Place> from) {
    remove(item);
    byte[] name = item.toBytes();
    byte[] place = from.map(Keys::ofPlace).orElse(NOTHING);
    places.put(name, place);
    if (place.length > 0) {
      items.put(found(place, name), NOTHING);
    }
  }

  /** Forgets an item. */
  public void remove(FileName item) {
    byte[] name = item.toBytes();
    byte[] place = places.isEmpty() ? null : places.remove(name);
    if (place != null && place.length > 0) {
      items.remove(found(place, name));
    }
  }

  /** Returns whether an item is noted, with a place or without. */
  public boolean contains(FileName item) {
    return !places.isEmpty() && places.containsKey(item.toBytes());
  }

  /** Returns the place an item came from; nothing if none is noted. */
  public Optional<Place> of(FileName item) {
    byte[] place = places.isEmpty() ? null : places.get(item.toBytes());
    return place == null || place.length == 0
        ? Optional.empty()
        : Optional.of(new Place(Keys.gfidOf(place), Keys.nameOf(place)));
  }

  /** Returns whether nothing is noted. */
  public boolean isEmpty() {
    return places.isEmpty();
  }

  /**
   * Returns the items that came out of a directory, as they are now: what is noted or forgotten
   * meanwhile changes nothing. Not to be used across a commit.
   */
  public Iterator<FileName> from(Gfid directory) {
    return after(Keys.ofGfid(directory));
  }

  /** Returns the items that came from a place, as {@link #from(Gfid)} does. */
  public Iterator<FileName> from(Place place) {
    return after(found(Keys.ofPlace(place), NOTHING));
  }

  private Iterator<FileName> after(byte[] prefix) {
    return new KeyIterator<>(
        items.cursor(prefix), key -> Keys.hasPrefix(key, prefix), LimboOrigins::item);
  }

  private static FileName item(byte[] key) {
    int end = key.length - 1;
    while (key[end] != END) {
      end--;
    }
    return FileName.of(Arrays.copyOfRange(key, end + 1, key.length));
  }

  private static byte[] found(byte[] place, byte[] item) {
    byte[] key = Arrays.copyOf(place, place.length + 1 + item.length);
    key[place.length] = END;
    System.arraycopy(item, 0, key, place.length + 1, item.length);
    return key;
  }
}
