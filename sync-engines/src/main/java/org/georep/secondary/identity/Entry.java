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
 * @param touched when georep last changed the inode, as far as this name tells: {@link LastTouch}
 */
@Immutable
public record Entry(
    Gfid gfid,
    Kind kind,
    Optional<Instant> ctime,
    long size,
    boolean verified,
    boolean kept,
    long touched) {
  /** Checks its parts. */
  public Entry {
    Objects.requireNonNull(gfid, "gfid is null");
    Objects.requireNonNull(kind, "kind is null");
    Objects.requireNonNull(ctime, "ctime is null");
  }

  /** Returns an entry of which only its identity is known. */
  public static Entry of(Gfid gfid, Kind kind) {
    boolean kept = gfid.equals(Mark.KEPT.gfid());
    return new Entry(gfid, kind, Optional.empty(), 0, false, kept, LastTouch.UNKNOWN);
  }

  /** Returns whether the primary has deleted what the name stands for. */
  public boolean isDeleted() {
    return gfid.equals(Mark.KEPT.gfid());
  }

  /** Returns this entry, no longer known to be as the primary's. */
  public Entry doubted() {
    return ctime.isEmpty()
        ? this
        : new Entry(gfid, kind, Optional.empty(), 0, false, kept, touched);
  }

  /** Returns this entry as one that is kept and not compared, or not. */
  public Entry asKept(boolean is) {
    return new Entry(gfid, kind, ctime, size, verified, is, touched);
  }

  /** Returns this entry of an inode that georep last changed at this time. */
  public Entry touchedAt(long time) {
    return new Entry(gfid, kind, ctime, size, verified, kept, time);
  }
}
