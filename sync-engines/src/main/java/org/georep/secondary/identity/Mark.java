package org.georep.secondary.identity;

import com.google.errorprone.annotations.Immutable;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.protocol.Token;

/**
 * What an inode of the secondary carries.
 *
 * @param gfid which inode of the primary it stands for
 * @param incomplete of a directory: its names may not be those of the primary until a listing of it
 *     has been applied and is durable
 * @param token of a file: which contents it has; empty while they are in doubt
 * @param left of a file: the mtime and size it had when georep last wrote it, in doubt or not; what
 *     has others now was changed by somebody else. Empty if that is not known
 * @param standIn what a file stands in for; empty for what is itself
 */
@Immutable
public record Mark(
    Gfid gfid,
    boolean incomplete,
    Optional<Token> token,
    Optional<Token> left,
    Optional<StandIn> standIn) {
  /**
   * What the primary has deleted and this secondary keeps: neither foreign nor known by a gfid. No
   * primary makes this identity, and any number of inodes carry it.
   */
  public static final Mark KEPT = of(Gfid.of(new byte[] {0, 1}));

  /** No file is of this size. */
  private static final Token NOBODYS = new Token(Instant.EPOCH, Long.MAX_VALUE);

  /** Checks its parts. */
  public Mark {
    Objects.requireNonNull(gfid, "gfid is null");
    Objects.requireNonNull(token, "token is null");
    Objects.requireNonNull(left, "left is null");
    Objects.requireNonNull(standIn, "standIn is null");
  }

  /** Returns the mark of an inode without contents of its own, or with any contents. */
  public static Mark of(Gfid gfid) {
    return new Mark(gfid, false, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Returns the mark of a file with these contents. */
  public static Mark of(Gfid gfid, Token token) {
    return new Mark(gfid, false, Optional.of(token), Optional.of(token), Optional.empty());
  }

  /** Returns the mark of the same file with its contents in doubt. */
  public Mark doubted() {
    return new Mark(gfid, incomplete, Optional.empty(), left, standIn);
  }

  /** Returns the mark of the same file with contents that are somebody else's. */
  public Mark disowned() {
    return new Mark(gfid, incomplete, Optional.empty(), Optional.of(NOBODYS), standIn);
  }

  /** Returns whether this is {@link #KEPT}. */
  public boolean isKept() {
    return gfid.equals(KEPT.gfid);
  }

  /** Returns the mark of a directory. */
  public static Mark ofDirectory(Gfid gfid, boolean incomplete) {
    return new Mark(gfid, incomplete, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Returns the mark of a file that stands in for something else. */
  public static Mark of(Gfid gfid, StandIn standIn) {
    return new Mark(gfid, false, Optional.empty(), Optional.empty(), Optional.of(standIn));
  }
}
