package org.georep.changelog.capture.inotify;

import java.nio.ByteBuffer;
import org.georep.name.FileName;
import org.georep.posix.Linux;
import org.jspecify.annotations.Nullable;

/**
 * One event as read: {@code struct inotify_event}.
 *
 * @param watch the number of the directory's watch
 * @param mask what happened: one thing, and whether to a directory
 * @param cookie the same for both halves of a rename, else 0
 * @param name the entry; nothing if it is the directory itself
 */
record InotifyEvent(int watch, int mask, int cookie, @Nullable FileName name) {
  private static final int HEADER_BYTES = 16;

  /** Reads one event and moves the buffer's position behind it. */
  static InotifyEvent next(ByteBuffer buffer) {
    int start = buffer.position();
    int length = buffer.getInt(start + 12);
    byte[] padded = new byte[length];
    buffer.get(start + HEADER_BYTES, padded);
    int end = 0;
    while (end < length && padded[end] != 0) {
      end++;
    }
    buffer.position(start + HEADER_BYTES + length);
    return new InotifyEvent(
        buffer.getInt(start),
        buffer.getInt(start + 4),
        buffer.getInt(start + 8),
        end == 0 ? null : FileName.of(java.util.Arrays.copyOf(padded, end)));
  }

  boolean has(int bits) {
    return (mask & bits) != 0;
  }

  boolean onDirectory() {
    return has(Linux.IN_ISDIR);
  }
}
