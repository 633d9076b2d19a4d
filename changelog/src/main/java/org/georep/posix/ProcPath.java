package org.georep.posix;

import java.util.Arrays;
import org.georep.name.FileName;

/**
 * Paths by which calls that want a path and take no descriptor reach an open descriptor, O_PATH
 * ones too: {@code /proc/self/fd/N} means exactly the open file, whatever its name is by now, also
 * when it is a symbolic link. Use the calls that follow links ({@code getxattr}, {@code fchmodat});
 * only the link in {@code /proc} is followed, not the file itself.
 */
public final class ProcPath {
  private static final byte[] PREFIX = RawPath.ascii("/proc/self/fd/");

  private ProcPath() {}

  /**
   * Returns {@code /proc/self/fd/N}.
   *
   * @throws IllegalArgumentException if the descriptor is negative
   */
  public static byte[] of(int descriptor) {
    if (descriptor < 0) {
      throw new IllegalArgumentException("descriptor " + descriptor + " is not open");
    }
    byte[] number = RawPath.ascii(Integer.toString(descriptor));
    byte[] path = Arrays.copyOf(PREFIX, PREFIX.length + number.length);
    System.arraycopy(number, 0, path, PREFIX.length, number.length);
    return path;
  }

  /**
   * Returns {@code /proc/self/fd/N/NAME}: an entry of an open directory, for the calls that do not
   * follow links ({@code lgetxattr}).
   */
  public static byte[] of(int directory, FileName name) {
    byte[] parent = of(directory);
    byte[] path = Arrays.copyOf(parent, parent.length + 1 + name.length());
    path[parent.length] = '/';
    name.copyTo(path, parent.length + 1);
    return path;
  }
}
