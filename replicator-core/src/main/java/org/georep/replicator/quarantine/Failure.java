package org.georep.replicator.quarantine;

import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.posix.Errno;

/**
 * One failed try.
 *
 * @param subject what failed
 * @param path where it was, if it can be told
 * @param reason why, for people; cut at {@value #MAX_REASON} characters
 * @param errno the error number of Linux, 0 if there is none
 */
public record Failure(Subject subject, Optional<EntryPath> path, String reason, int errno) {
  /** The longest reason kept. */
  public static final int MAX_REASON = 500;

  /** Checks its parts and cuts the reason. */
  public Failure {
    Objects.requireNonNull(subject, "subject is null");
    Objects.requireNonNull(path, "path is null");
    if (reason.length() > MAX_REASON) {
      int end = Character.isHighSurrogate(reason.charAt(MAX_REASON - 1)) ? 1 : 0;
      reason = reason.substring(0, MAX_REASON - end);
    }
    if (errno < 0) {
      throw new IllegalArgumentException("errno is negative: " + errno);
    }
  }

  /** Returns whether it failed because a file system or a user's quota was full. */
  public boolean isWantOfRoom() {
    return errno == Errno.ENOSPC || errno == Errno.EDQUOT;
  }
}
