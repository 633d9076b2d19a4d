package org.georep.replicator.verify;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;

/**
 * What is kept of verifies between runs.
 *
 * @param from where the next share begins
 * @param entries entries compared by the shares of the present round
 * @param found differences those found and did not mend
 * @param lastEntries entries in the whole tree, as last compared; 0 before
 * @param lastFound differences the last whole comparison found and did not mend
 * @param lastSuccess when a whole comparison last ended without any
 */
public record VerifyState(
    EntryPath from,
    long entries,
    long found,
    long lastEntries,
    long lastFound,
    Optional<Instant> lastSuccess) {
  /** Before the first. */
  public static final VerifyState NONE =
      new VerifyState(EntryPath.ROOT, 0, 0, 0, 0, Optional.empty());

  /** Checks its parts. */
  public VerifyState {
    Objects.requireNonNull(from, "from is null");
    Objects.requireNonNull(lastSuccess, "lastSuccess is null");
  }

  /** Returns how many differences are known now. */
  public long differences() {
    return Math.max(found, lastFound);
  }

  /** Returns this state after a comparison of the whole tree, in one go. */
  VerifyState whole(VerifyFigures figures, Instant now) {
    long left = figures.differences() - figures.mended();
    return new VerifyState(from, entries, 0, figures.entries(), left, success(left, now));
  }

  /** Returns this state after a share. */
  VerifyState share(VerifyOutcome outcome, Instant now) {
    VerifyFigures figures = outcome.figures();
    long all = entries + figures.entries();
    long left = found + figures.differences() - figures.mended();
    return outcome.next().isPresent()
        ? new VerifyState(outcome.next().get(), all, left, lastEntries, lastFound, lastSuccess)
        : new VerifyState(EntryPath.ROOT, 0, 0, all, left, success(left, now));
  }

  private Optional<Instant> success(long left, Instant now) {
    return left == 0 ? Optional.of(now) : lastSuccess;
  }
}
