package org.georep.secondary.identity;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.h2.mvstore.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Keys of a map from where a cursor stands up to the first that is out of bounds, as they are now:
 * what is changed meanwhile changes nothing. Not to be used across a commit. For one thread.
 */
final class KeyIterator<T> implements Iterator<T> {
  private final Cursor<byte[], byte[]> cursor;
  private final Predicate<byte[]> bounds;
  private final Function<byte[], T> value;
  private byte @Nullable [] next;

  KeyIterator(Cursor<byte[], byte[]> cursor, Predicate<byte[]> bounds, Function<byte[], T> value) {
    this.cursor = Objects.requireNonNull(cursor, "cursor is null");
    this.bounds = Objects.requireNonNull(bounds, "bounds is null");
    this.value = Objects.requireNonNull(value, "value is null");
    advance();
  }

  private void advance() {
    byte[] key = cursor.hasNext() ? cursor.next() : null;
    next = key != null && bounds.test(key) ? key : null;
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public T next() {
    byte[] key = next;
    if (key == null) {
      throw new NoSuchElementException();
    }
    advance();
    return value.apply(key);
  }
}
