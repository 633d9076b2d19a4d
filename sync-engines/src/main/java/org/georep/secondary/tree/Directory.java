package org.georep.secondary.tree;

import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.secondary.identity.Mark;

/**
 * A directory of the secondary, open. The descriptor (O_PATH) follows it through renames; it
 * belongs to {@link Directories}, which closes it between two steps, never within one.
 *
 * @param gfid which directory of the primary it stands for
 * @param descriptor open with O_PATH
 */
public record Directory(Gfid gfid, int descriptor) {
  /** What limbo goes by as a directory: no primary makes such an identity. */
  public static final Gfid LIMBO = Gfid.of(new byte[] {0});

  /** Checks its part. */
  public Directory {
    Objects.requireNonNull(gfid, "gfid is null");
  }

  /** Returns whether this is limbo. */
  public boolean isLimbo() {
    return gfid.equals(LIMBO);
  }

  /** Returns whether it was deleted on the primary and is kept: any number go by this gfid. */
  public boolean isKept() {
    return gfid.equals(Mark.KEPT.gfid());
  }

  /** Returns a place in it. */
  public Place at(FileName name) {
    return new Place(gfid, name);
  }
}
