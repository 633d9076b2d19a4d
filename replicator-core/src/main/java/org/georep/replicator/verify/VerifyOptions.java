package org.georep.replicator.verify;

import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;

/**
 * What a verify is to do.
 *
 * @param deep contents are compared, too
 * @param repair differences are mended, and then looked at once more
 * @param from the directory to begin with, in the order of the walk; the root for all
 * @param budget it ends, at a directory's border, when about so many entries were compared; 0 for
 *     all
 * @param only the one path that is looked at, with all below it, at once and whatever is on its
 *     way; empty for all
 */
public record VerifyOptions(
    boolean deep, boolean repair, EntryPath from, long budget, Optional<EntryPath> only) {
  /** Checks its parts. */
  public VerifyOptions {
    Objects.requireNonNull(from, "from is null");
    Objects.requireNonNull(only, "only is null");
    if (budget < 0) {
      throw new IllegalArgumentException("a budget is 0 (no limit) or more, not " + budget);
    }
  }

  /** Returns those of a verify of the whole tree. */
  public static VerifyOptions whole(boolean deep, boolean repair) {
    return new VerifyOptions(deep, repair, EntryPath.ROOT, 0, Optional.empty());
  }

  /** Returns those of a share of the tree, in which nothing is mended. */
  public static VerifyOptions share(EntryPath from, long budget) {
    return new VerifyOptions(false, false, from, budget, Optional.empty());
  }

  /** Returns those of bringing one path in step, by its contents too. */
  public static VerifyOptions onePath(EntryPath path) {
    return new VerifyOptions(true, true, EntryPath.ROOT, 0, Optional.of(path));
  }
}
