package org.georep.replicator.session;

import java.util.Arrays;
import org.georep.posix.RawPath;

/** Paths the operator gave, as bytes. */
public final class GivenPath {
  private GivenPath() {}

  /**
   * Returns a path made absolute by the working directory; not resolved, without trailing slashes.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public static byte[] absolute(byte[] path) {
    if (path.length == 0) {
      throw new IllegalArgumentException("a path is empty");
    }
    byte[] whole = path;
    if (path[0] != '/') {
      byte[] here = RawPath.toBytes(java.nio.file.Path.of(""));
      whole = Arrays.copyOf(here, here.length + 1 + path.length);
      whole[here.length] = '/';
      System.arraycopy(path, 0, whole, here.length + 1, path.length);
    }
    int end = whole.length;
    while (end > 1 && whole[end - 1] == '/') {
      end--;
    }
    return Arrays.copyOf(whole, end);
  }
}
