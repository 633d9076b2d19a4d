package org.georep.replicator.quarantine;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.georep.posix.Errno;

/** An entry as a line for people. */
public final class QuarantineText {
  private QuarantineText() {}

  /** Returns the line, without a newline. Times are UTC. */
  public static String of(QuarantineEntry entry) {
    Failure failure = entry.failure();
    String number = failure.errno() == 0 ? "" : " [" + Errno.name(failure.errno()) + "]";
    return "%s: %s%s (since %s, tried %d times, next %s)"
        .formatted(
            what(entry),
            failure.reason(),
            number,
            time(entry.first()),
            entry.tries(),
            time(entry.next()));
  }

  /** Returns what the entry is about. */
  public static String what(QuarantineEntry entry) {
    Failure failure = entry.failure();
    return failure
        .path()
        .map(path -> path.toString())
        .orElseGet(
            () ->
                failure.subject() instanceof Subject.Name name
                    ? "(name " + name.place().name() + " in a directory not known by path)"
                    : "(no path known, gfid " + ((Subject.Inode) failure.subject()).gfid() + ")");
  }

  private static Instant time(Instant moment) {
    return moment.truncatedTo(ChronoUnit.SECONDS);
  }
}
