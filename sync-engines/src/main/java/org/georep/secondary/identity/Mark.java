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
 */
@Immutable
public record Mark(Gfid gfid, boolean incomplete, Optional<Token> token, Optional<Token> left) {
  /** No file is of this size. */
  private static final Token NOBODYS = new Token(Instant.EPOCH, Long.MAX_VALUE);

  /** Checks its parts. */
  public Mark {
    Objects.requireNonNull(gfid, "gfid is null");
    Objects.requireNonNull(token, "token is null");
    Objects.requireNonNull(left, "left is null");
  }

  /** Returns the mark of an inode without contents of its own, or with any contents. */
  public static Mark of(Gfid gfid) {
    return new Mark(gfid, false, Optional.empty(), Optional.empty());
  }

  /** Returns the mark of a file with these contents. */
  public static Mark of(Gfid gfid, Token token) {
    return new Mark(gfid, false, Optional.of(token), Optional.of(token));
  }

  /** Returns the mark of the same file with its contents in doubt. */
  public Mark doubted() {
    return new Mark(gfid, incomplete, Optional.empty(), left);
  }

  /** Returns the mark of the same file with contents that are somebody else's. */
  public Mark disowned() {
    return new Mark(gfid, incomplete, Optional.empty(), Optional.of(NOBODYS));
  }

  /** Returns the mark of a directory. */
  public static Mark ofDirectory(Gfid gfid, boolean incomplete) {
    return new Mark(gfid, incomplete, Optional.empty(), Optional.empty());
  }
}
