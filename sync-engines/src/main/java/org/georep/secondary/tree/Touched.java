package org.georep.secondary.tree;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.Stat;
import org.jspecify.annotations.Nullable;

/**
 * The directories changed by the request at hand, and the attributes to give them back at its end:
 * every change of a name spoils its directory's mtime. What a directory had when first touched is
 * what was last applied to it, so nothing has to be remembered between requests; a crash in between
 * leaves it spoilt until the primary's attributes are sent again, which the replay does.
 *
 * <p>An agent that is not root also notes here the mode of a directory it had to open for itself.
 */
public final class Touched {
  private static final int MODE_KEPT = -1;

  private final Libc libc;
  private final OpenedModes modes;
  private final Map<Gfid, Before> before = new LinkedHashMap<>();

  private record Before(@Nullable Instant mtime, int mode) {}

  /** Makes it with nothing touched. */
  public Touched(Libc libc, OpenedModes modes) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.modes = Objects.requireNonNull(modes, "modes is null");
  }

  /** To be called before a name in this directory changes. */
  public void beforeChange(Directory directory) throws PosixException {
    if (directory.isLimbo()) {
      return;
    }
    Before known = before.get(directory.gfid());
    if (known == null || known.mtime == null) {
      Stat stat = libc.statx(directory.descriptor(), Node.ITSELF, Linux.AT_EMPTY_PATH);
      int mode = known == null ? MODE_KEPT : known.mode;
      before.put(directory.gfid(), new Before(stat.mtime(), mode));
    }
  }

  /** To be called before a directory's mode is widened. */
  void beforeOpening(Gfid directory, int formerMode) throws PosixException {
    Before known = before.get(directory);
    if (known == null || known.mode == MODE_KEPT) {
      modes.note(directory, formerMode);
      before.put(directory, new Before(known == null ? null : known.mtime, formerMode));
    }
  }

  /** To be called when a directory was given attributes: these are the ones to give back. */
  public void given(Gfid directory, Instant mtime, int mode) {
    Before known = before.get(directory);
    if (known != null) {
      before.put(
          directory,
          new Before(
              known.mtime == null ? null : mtime, known.mode == MODE_KEPT ? MODE_KEPT : mode));
    }
  }

  /** Forgets a directory that is gone. */
  void forget(Gfid directory) {
    before.remove(directory);
  }

  /** Gives all their attributes back; returns those where that failed. */
  public List<Gfid> restore(Directories directories) {
    List<Gfid> failed = new ArrayList<>();
    for (Map.Entry<Gfid, Before> each : before.entrySet()) {
      try {
        Directory directory = directories.get(each.getKey());
        if (directory != null) {
          giveBack(directory, each.getValue());
        }
      } catch (PosixException e) {
        failed.add(each.getKey());
      }
    }
    before.forEach(
        (gfid, was) -> {
          if (was.mode != MODE_KEPT) {
            directories.forget(gfid);
          }
        });
    before.clear();
    return failed;
  }

  private void giveBack(Directory directory, Before was) throws PosixException {
    byte[] path = ProcPath.of(directory.descriptor());
    if (was.mtime != null) {
      libc.utimensat(Linux.AT_FDCWD, path, null, was.mtime, 0);
    }
    if (was.mode != MODE_KEPT) {
      libc.fchmodat(Linux.AT_FDCWD, path, was.mode);
      modes.done(directory.gfid());
    }
  }
}
