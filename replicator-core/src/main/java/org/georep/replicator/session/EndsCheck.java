package org.georep.replicator.session;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.georep.connection.SecondaryAddress;
import org.georep.name.Shown;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;

/**
 * Looks at both ends and the state directory before anything is done: whether the primary is a
 * directory that can be read, and whether one of the three lies inside another. That is told by
 * device and inode on the way up, not by names, so that symbolic links and bind mounts on the way
 * cannot hide it. What is mounted below the primary is not part of it, so a secondary on a file
 * system of its own below it is fine; when that is not mounted, it is refused. Nothing is changed.
 */
public final class EndsCheck {
  private final Libc libc;

  /** Makes one. */
  public EndsCheck(Libc libc) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
  }

  /**
   * Checks.
   *
   * @param primary as given
   * @param secondary as given
   * @param state the state directory, which need not be there yet
   * @return both ends with their real paths
   * @throws GeorepException a sentence that says what is wrong and what to do
   */
  public Ends check(byte[] primary, SecondaryAddress secondary, StateDirectory state)
      throws GeorepException, IOException {
    byte[] given = absolute(primary);
    try (Ancestry source = openPrimary(given)) {
      Path real = RawPath.toPath(source.realPath());
      try (Ancestry store = Ancestry.nearest(libc, RawPath.toBytes(state.path()))) {
        refuseStateInside(store, source, "primary", given, state);
        if (secondary instanceof SecondaryAddress.Local local) {
          byte[] path = checkLocal(local, source, given, store, state);
          return new Ends(real, new SecondaryAddress.Local(path));
        }
      }
      return new Ends(real, secondary);
    }
  }

  /**
   * Checks a primary alone.
   *
   * @return its real path
   * @throws GeorepException a sentence that says what is wrong and what to do
   */
  public Path primary(byte[] primary, StateDirectory state) throws GeorepException, IOException {
    byte[] given = absolute(primary);
    try (Ancestry source = openPrimary(given);
        Ancestry store = Ancestry.nearest(libc, RawPath.toBytes(state.path()))) {
      refuseStateInside(store, source, "primary", given, state);
      return RawPath.toPath(source.realPath());
    }
  }

  private static byte[] absolute(byte[] primary) throws GeorepException {
    if (primary.length == 0) {
      throw error("The primary is empty. Give a directory.");
    }
    return GivenPath.absolute(primary);
  }

  private Ancestry openPrimary(byte[] path) throws GeorepException, IOException {
    String shown = Shown.of(path);
    try {
      libc.close(libc.openat(Linux.AT_FDCWD, path, Linux.O_RDONLY | Linux.O_DIRECTORY, 0));
      return Ancestry.of(libc, path);
    } catch (PosixException e) {
      switch (e.errno()) {
        case Errno.ENOENT ->
            throw error(
                "The primary "
                    + shown
                    + " does not exist. Give a directory that does; if it is on"
                    + " a file system of its own, mount that first.");
        case Errno.ENOTDIR ->
            throw error(
                "The primary "
                    + shown
                    + " is not a directory. Give the directory that holds what"
                    + " is to be replicated.");
        case Errno.EACCES, Errno.EPERM ->
            throw error(
                "The primary "
                    + shown
                    + " cannot be read by this user. Run georep as root or as"
                    + " the owner, or make it readable.");
        default ->
            throw error(
                "The primary " + shown + " cannot be opened: " + Errno.describe(e.errno()) + ".");
      }
    }
  }

  private byte[] checkLocal(
      SecondaryAddress.Local local,
      Ancestry source,
      byte[] primary,
      Ancestry store,
      StateDirectory state)
      throws GeorepException, IOException {
    byte[] given = GivenPath.absolute(local.directory());
    try (Ancestry target = openSecondary(given)) {
      if (target.exists() && target.same(source)) {
        throw error(
            "The secondary " + Shown.of(given) + " is the primary itself. Give another directory.");
      }
      if (target.liesInVolumeOf(source)) {
        throw error(
            "The secondary "
                + Shown.of(given)
                + " lies inside the primary "
                + Shown.of(primary)
                + ": the copy would be copied too. Give a directory outside of it, or mount the"
                + " secondary's own file system there first.");
      }
      if (target.exists() && source.liesBelow(target)) {
        throw error(
            "The primary "
                + Shown.of(primary)
                + " lies inside the secondary "
                + Shown.of(given)
                + ": replicating would remove it. Give a secondary that does not hold the"
                + " primary.");
      }
      if (target.exists()) {
        refuseStateInside(store, target, "secondary", given, state);
      }
      return target.realPath();
    }
  }

  private Ancestry openSecondary(byte[] path) throws GeorepException, IOException {
    try {
      return Ancestry.nearest(libc, path);
    } catch (PosixException e) {
      String shown = Shown.of(path);
      if (e.errno() == Errno.ENOTDIR) {
        throw error(
            "The secondary "
                + shown
                + " is not a directory, or leads through something that is"
                + " none. Give a directory, or a name that is free.");
      }
      throw error(
          "The secondary " + shown + " cannot be opened: " + Errno.describe(e.errno()) + ".");
    }
  }

  private static void refuseStateInside(
      Ancestry store, Ancestry end, String which, byte[] path, StateDirectory state)
      throws GeorepException, IOException {
    if (store.liesInVolumeOf(end)) {
      throw error(
          "The state directory "
              + Shown.of(RawPath.toBytes(state.path()))
              + " lies inside the "
              + which
              + " "
              + Shown.of(path)
              + ". Name one outside of it with --state-dir DIR.");
    }
  }

  private static GeorepException error(String sentence) {
    return new GeorepException(ExitCode.ERROR, sentence);
  }
}
