package org.georep.secondary.identity;

import com.google.errorprone.annotations.Immutable;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.protocol.Kind;

/**
 * What the inventory knows of a name.
 *
 * @param gfid what it stands for
 * @param kind what that is
 * @param ctime the primary's ctime of it when last applied whole; empty while anything of it may
 *     differ, or the look could not prove it
 * @param size the primary's size of it then
 * @param verified whether the contents were read from the primary at exactly this ctime, not only
 *     believed by size and mtime
 * @param kept the primary does not show this name (a mount covers it, the session leaves it out, or
 *     it was deleted and is kept); it is kept and not compared
 */
@Immutable
public record Entry(
    Gfid gfid, Kind kind, Optional<Instant> ctime, long size, boolean verified, boolean kept) {
  /** Checks its parts. */
  public Entry {
    Objects.requireNonNull(gfid, "gfid is null");
    Objects.requireNonNull(kind, "kind is null");
    Objects.requireNonNull(ctime, "ctime is null");
  }

  /** Returns an entry of which only its identity is known. */
  public static Entry of(Gfid gfid, Kind kind) {
    return new Entry(gfid, kind, Optional.empty(), 0, false, gfid.equals(Mark.KEPT.gfid()));
  }

  /** Returns whether the primary has deleted what the name stands for. */
  public boolean isDeleted() {
    return gfid.equals(Mark.KEPT.gfid());
  }

  /** Returns this entry, no longer known to be as the primary's. */
  public Entry doubted() {
    return ctime.isEmpty() ? this : new Entry(gfid, kind, Optional.empty(), 0, false, kept);
  }

  /** Returns this entry as one that is kept and not compared. */
  public Entry asKept() {
    return new Entry(gfid, kind, ctime, size, verified, true);
  }
}
