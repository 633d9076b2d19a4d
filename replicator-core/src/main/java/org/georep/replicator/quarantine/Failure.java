package org.georep.replicator.quarantine;

import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.Place;
import org.georep.posix.Errno;

/**
 * One failed try.
 *
 * @param subject what failed
 * @param path where it was, if it can be told
 * @param reason why, for people; cut at {@value #MAX_REASON} characters
 * @param errno the error number of Linux, 0 if there is none
 * @param place the name an inode has that has no other, if it is known: it outlives renames of what
 *     is above it, as the path does not
 */
public record Failure(
    Subject subject, Optional<EntryPath> path, String reason, int errno, Optional<Place> place) {
  /** The longest reason kept. */
  public static final int MAX_REASON = 500;

  /** Checks its parts and cuts the reason. */
  public Failure {
    Objects.requireNonNull(subject, "subject is null");
    Objects.requireNonNull(path, "path is null");
    Objects.requireNonNull(place, "place is null");
    if (reason.length() > MAX_REASON) {
      int end = Character.isHighSurrogate(reason.charAt(MAX_REASON - 1)) ? 1 : 0;
      reason = reason.substring(0, MAX_REASON - end);
    }
    if (errno < 0) {
      throw new IllegalArgumentException("errno is negative: " + errno);
    }
  }

  /** One of something whose name is in the subject, or is not known. */
  public Failure(Subject subject, Optional<EntryPath> path, String reason, int errno) {
    this(subject, path, reason, errno, Optional.empty());
  }

  /** Returns whether it failed because a file system or a user's quota was full. */
  public boolean isWantOfRoom() {
    return errno == Errno.ENOSPC || errno == Errno.EDQUOT;
  }
}
