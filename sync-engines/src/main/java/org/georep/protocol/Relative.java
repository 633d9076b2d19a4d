package org.georep.protocol;

import com.google.errorprone.annotations.Immutable;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.Gfid;

/**
 * Which inode of the old primary one of a promoted secondary stands for.
 *
 * @param theirs the inode of the old primary
 * @param ours the inode of the promoted secondary; empty if it was deleted there
 * @param kind what it is
 * @param left of a file: mtime and size it had on both when last applied; empty if not known
 * @param applied the old primary's ctime of it when last applied whole; empty if that is in doubt
 * @param ctime the promoted secondary's ctime of it, if mtime and size say that it was not written
 *     there since it was last applied
 * @param untouched whether ctime says so, too
 */
@Immutable
public record Relative(
    Gfid theirs,
    Optional<Gfid> ours,
    Kind kind,
    Optional<Token> left,
    Optional<Instant> applied,
    Optional<Instant> ctime,
    boolean untouched) {
  /** Checks its parts. */
  public Relative {
    Objects.requireNonNull(theirs, "theirs is null");
    Objects.requireNonNull(ours, "ours is null");
    Objects.requireNonNull(kind, "kind is null");
    Objects.requireNonNull(left, "left is null");
    Objects.requireNonNull(applied, "applied is null");
    Objects.requireNonNull(ctime, "ctime is null");
  }
}
