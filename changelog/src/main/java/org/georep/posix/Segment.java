package org.georep.posix;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a file that is no hole. One of length 0 at the end of the file says where it ends.
 *
 * @param offset bytes from the file's beginning
 * @param length bytes
 */
public record Segment(long offset, long length) {
  /**
   * Asks the file system for the segments of an open file. When there are more than {@code most},
   * what follows counts as data.
   */
  public static List<Segment> of(Libc libc, int descriptor, long size, int most)
      throws PosixException {
    List<Segment> segments = new ArrayList<>();
    long at = 0;
    while (at < size) {
      long data = seek(libc, descriptor, at, Linux.SEEK_DATA, size);
      if (data >= size) {
        break;
      }
      long hole =
          segments.size() >= most ? size : seek(libc, descriptor, data, Linux.SEEK_HOLE, size);
      segments.add(new Segment(data, Math.min(hole, size) - data));
      at = hole;
    }
    if (segments.isEmpty() || end(segments) < size) {
      segments.add(new Segment(size, 0));
    }
    return segments;
  }

  private static long end(List<Segment> segments) {
    Segment last = segments.get(segments.size() - 1);
    return last.offset() + last.length();
  }

  /** ENXIO: nothing of the kind follows, or the file has become shorter. */
  private static long seek(Libc libc, int descriptor, long from, int whence, long size)
      throws PosixException {
    try {
      return libc.lseek(descriptor, from, whence);
    } catch (PosixException e) {
      if (e.is(ENXIO)) {
        return size;
      }
      if (e.is(Errno.EINVAL, Errno.EOPNOTSUPP)) {
        // A file system that does not tell has no holes.
        return whence == Linux.SEEK_DATA ? from : size;
      }
      throw e;
    }
  }

  private static final int ENXIO = 6;
}
