package org.georep.secondary.tree;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
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
 * <p>Where that fails it is tried again at the end of the next request, a bounded number of them:
 * not every request has a way to tell that it failed.
 *
 * <p>An agent that is not root also notes here the mode of a directory it had to open for itself;
 * one that is root, immutable and append-only flags it had to lift. They are set again last.
 */
public final class Touched {
  private static final int MODE_KEPT = -1;
  private static final int MOST_LEFT = 100;

  private final Libc libc;
  private final OpenedModes modes;
  private final LiftedFlags flags;
  private final Map<Gfid, Before> before = new LinkedHashMap<>();
  private final Map<Gfid, Before> left = new LinkedHashMap<>();
  private final List<Gfid> gone = new ArrayList<>();

  private record Before(@Nullable Instant mtime, int mode) {
    /** Returns this, and of the other what this has not. */
    Before with(@Nullable Before other) {
      return other == null
          ? this
          : new Before(mtime == null ? other.mtime : mtime, mode == MODE_KEPT ? other.mode : mode);
    }
  }

  /** Makes it with nothing touched. */
  public Touched(Libc libc, OpenedModes modes, LiftedFlags flags) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.modes = Objects.requireNonNull(modes, "modes is null");
    this.flags = Objects.requireNonNull(flags, "flags is null");
  }

  /** Returns the flags lifted by the request at hand. */
  LiftedFlags flags() {
    return flags;
  }

  /** To be called before an inode, its mark or a name of it changes. */
  public void beforeChange(Node node) throws PosixException {
    flags.lift(node.descriptor(), node.stat().flags());
  }

  /** To be called before the mark of a directory changes. */
  void beforeMark(Directory directory) throws PosixException {
    int descriptor = directory.descriptor();
    flags.lift(descriptor, libc.statx(descriptor, Node.ITSELF, Linux.AT_EMPTY_PATH).flags());
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
      Before owed = left.get(directory.gfid());
      Instant mtime = owed != null && owed.mtime != null ? owed.mtime : stat.mtime();
      before.put(directory.gfid(), new Before(mtime, mode));
      flags.lift(directory.descriptor(), stat.flags());
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

  /** Returns the mode a directory had before it was widened for the request at hand. */
  public OptionalInt modeBefore(Gfid directory) {
    Before known = before.get(directory);
    return known == null || known.mode == MODE_KEPT
        ? OptionalInt.empty()
        : OptionalInt.of(known.mode);
  }

  /** To be called when a directory was given attributes: these are the ones to give back. */
  public void given(Gfid directory, Instant mtime, int mode) {
    for (Map<Gfid, Before> all : List.of(before, left)) {
      all.computeIfPresent(
          directory,
          (gfid, known) ->
              new Before(
                  known.mtime == null ? null : mtime, known.mode == MODE_KEPT ? MODE_KEPT : mode));
    }
  }

  /**
   * Gives a directory its attributes back now: it will not be found by its gfid any more.
   *
   * @param directory open, by whatever way
   */
  void giveBack(Directory directory) throws PosixException {
    Before owed = left.remove(directory.gfid());
    Before now = before.remove(directory.gfid());
    Before was = now == null ? owed : now.with(owed);
    if (was != null) {
      if (was.mtime != null) {
        giveBack(directory, was.mtime);
      }
      if (was.mode != MODE_KEPT) {
        libc.fchmodat(Linux.AT_FDCWD, ProcPath.of(directory.descriptor()), was.mode);
        modes.done(directory.gfid());
      }
    }
  }

  /** Forgets a directory that is gone. */
  void forget(Gfid directory) {
    Before owed = left.remove(directory);
    Before now = before.remove(directory);
    Before known = now == null ? owed : now.with(owed);
    if (known != null && known.mode != MODE_KEPT) {
      gone.add(directory);
    }
  }

  /**
   * Gives all their attributes back: the mtimes, and when no other directory has to be reached any
   * more, the modes, the deepest first, since nothing is reached below one that is closed again;
   * then the flags.
   *
   * @return those where that failed, and why
   */
  public Map<Gfid, PosixException> restore(Directories directories) {
    Map<Gfid, PosixException> failed = new LinkedHashMap<>();
    left.forEach((gfid, owed) -> before.merge(gfid, owed, Before::with));
    left.clear();
    for (Map.Entry<Gfid, Before> each : List.copyOf(before.entrySet())) {
      Instant mtime = each.getValue().mtime;
      if (mtime != null) {
        try {
          giveBack(directories.get(each.getKey()), mtime);
        } catch (PosixException e) {
          failed.put(each.getKey(), e);
          owe(each.getKey(), new Before(mtime, MODE_KEPT));
        }
      }
    }
    // One that was closed meanwhile is opened once more for another below it, so it lies higher
    // than that one, and the rounds end at the root.
    while (before.values().stream().anyMatch(was -> was.mode != MODE_KEPT)) {
      closeAgain(directories, failed);
    }
    before.clear();
    for (Gfid directory : gone) {
      try {
        modes.done(directory);
      } catch (PosixException e) {
        failed.put(directory, e);
      }
    }
    gone.clear();
    flags.restore();
    return failed;
  }

  private void owe(Gfid directory, Before was) {
    if (left.size() < MOST_LEFT || left.containsKey(directory)) {
      left.merge(directory, was, Before::with);
    }
  }

  private void giveBack(@Nullable Directory directory, Instant mtime) throws PosixException {
    if (directory != null) {
      libc.utimensat(Linux.AT_FDCWD, ProcPath.of(directory.descriptor()), null, mtime, 0);
    }
  }

  private record Closing(Gfid directory, int mode, int depth) {}

  private void closeAgain(Directories directories, Map<Gfid, PosixException> failed) {
    List<Closing> round = new ArrayList<>();
    before.forEach(
        (gfid, was) -> {
          if (was.mode != MODE_KEPT) {
            round.add(new Closing(gfid, was.mode, directories.path(gfid).names().size()));
          }
        });
    round.sort(Comparator.comparingInt(Closing::depth).reversed());
    before.clear();
    for (Closing each : round) {
      try {
        Directory directory = directories.asItIs(each.directory);
        if (directory != null) {
          libc.fchmodat(Linux.AT_FDCWD, ProcPath.of(directory.descriptor()), each.mode);
        }
        modes.done(each.directory);
      } catch (PosixException e) {
        failed.put(each.directory, e);
        owe(each.directory, new Before(null, each.mode));
      } finally {
        directories.forget(each.directory);
      }
    }
  }
}
