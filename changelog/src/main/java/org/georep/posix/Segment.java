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
    if (!hasHoles(libc, descriptor, size)) {
      return List.of(new Segment(0, size)); // nearly all files: one question
    }
    List<Segment> segments = new ArrayList<>();
    long at = 0;
    while (at < size) {
      long data = data(libc, descriptor, at, size);
      if (data >= size) {
        break;
      }
      long hole = segments.size() >= most ? size : hole(libc, descriptor, data, size);
      segments.add(new Segment(data, hole - data));
      at = hole;
    }
    if (segments.isEmpty() || end(segments) < size) {
      segments.add(new Segment(size, 0));
    }
    return segments;
  }

  /**
   * Returns whether a file has holes. It is asked for and not told from the number of blocks: that
   * counts what is reserved behind the end and where attributes are kept, too.
   *
   * @param size the file's size in bytes
   */
  public static boolean hasHoles(Libc libc, int descriptor, long size) throws PosixException {
    return size > 0 && hole(libc, descriptor, 0, size) < size;
  }

  /**
   * Returns where in a file the next data begin, from an offset on; {@code end} if not before that.
   */
  public static long data(Libc libc, int descriptor, long from, long end) throws PosixException {
    return Math.min(end, seek(libc, descriptor, from, Linux.SEEK_DATA, end));
  }

  /**
   * Returns where in a file the next hole begins, from an offset on; {@code end} if not before
   * that.
   */
  public static long hole(Libc libc, int descriptor, long from, long end) throws PosixException {
    return Math.min(end, seek(libc, descriptor, from, Linux.SEEK_HOLE, end));
  }

  /** Returns whether segments are all of a file of this size, in one. */
  public static boolean isWhole(List<Segment> segments, long size) {
    return segments.size() == 1 && segments.get(0).length() == size;
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
