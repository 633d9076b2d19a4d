package org.georep.replicator.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Shown;
import org.georep.posix.RawPath;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;

/** An entry of the primary as an operator names it: from the primary's root on, or absolute. */
public final class GivenEntry {
  private GivenEntry() {}

  /**
   * Returns which entry is meant. An absolute path that is not written with the primary's own path
   * may lead there by symbolic links: those above the entry are followed.
   *
   * @param primary the primary's real path
   * @param given as given; slashes at the end and single dots do not count
   * @throws GeorepException if it is outside the primary, or has two dots in it
   */
  public static EntryPath of(Path primary, byte[] given) throws GeorepException {
    if (given.length == 0) {
      throw new GeorepException(
          ExitCode.ERROR, "The path is empty; '.' stands for all of the primary.");
    }
    List<FileName> names = names(given);
    if (given[0] != '/') {
      return EntryPath.of(names);
    }
    List<FileName> root = names(RawPath.toBytes(primary));
    if (isBelow(names, root)) {
      return EntryPath.of(names.subList(root.size(), names.size()));
    }
    List<FileName> real = real(names);
    if (isBelow(real, root)) {
      return EntryPath.of(real.subList(root.size(), real.size()));
    }
    throw new GeorepException(
        ExitCode.ERROR,
        Shown.of(given)
            + " is not in the primary, "
            + Shown.of(RawPath.toBytes(primary))
            + ". Name a path in it, or one from its root on.");
  }

  private static boolean isBelow(List<FileName> names, List<FileName> root) {
    return names.size() >= root.size() && names.subList(0, root.size()).equals(root);
  }

  /** The directories above it that are there, by their real names; the entry's own name stays. */
  private static List<FileName> real(List<FileName> names) {
    for (int above = names.size() - 1; above > 0; above--) {
      Path directory = RawPath.toPath(join(names.subList(0, above)));
      if (Files.exists(directory)) { // it may be gone, and what is above it there
        List<FileName> real = new ArrayList<>(splitNames(RawPath.toBytes(resolved(directory))));
        real.addAll(names.subList(above, names.size()));
        return real;
      }
    }
    return names;
  }

  private static Path resolved(Path directory) {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      return directory; // it went just now
    }
  }

  private static byte[] join(List<FileName> names) {
    byte[] below = EntryPath.of(names).toBytes();
    byte[] absolute = new byte[below.length + 1];
    absolute[0] = '/';
    System.arraycopy(below, 0, absolute, 1, below.length);
    return absolute;
  }

  private static List<FileName> names(byte[] given) throws GeorepException {
    try {
      return splitNames(given);
    } catch (IllegalArgumentException e) {
      throw new GeorepException(
          ExitCode.ERROR,
          "'" + Shown.of(given) + "' is no path of an entry; give it without '..'.",
          e);
    }
  }

  private static List<FileName> splitNames(byte[] path) {
    List<FileName> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= path.length; i++) {
      if (i == path.length || path[i] == '/') {
        boolean dot = i - start == 1 && path[start] == '.';
        if (i > start && !dot) {
          names.add(FileName.of(java.util.Arrays.copyOfRange(path, start, i)));
        }
        start = i + 1;
      }
    }
    return names;
  }
}
