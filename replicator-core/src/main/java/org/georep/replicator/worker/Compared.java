package org.georep.replicator.worker;

import java.io.IOException;
import java.util.Objects;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.verify.Verifier;
import org.georep.replicator.verify.VerifyFigures;
import org.jspecify.annotations.Nullable;

/**
 * A comparison for whose sake a session runs, and what came of it. That it fails is not the
 * session's failure. {@link #result} after the end of {@link #run}.
 */
final class Compared {
  /** The comparison. */
  @FunctionalInterface
  interface Comparison {
    /** Compares. */
    VerifyFigures with(Verifier verifier) throws IOException, InterruptedException;
  }

  private final Comparison comparison;
  private volatile @Nullable VerifyFigures figures;
  private volatile @Nullable IOException failure;

  Compared(Comparison comparison) {
    this.comparison = Objects.requireNonNull(comparison, "comparison is null");
  }

  /** Compares, beside a pipeline. */
  void run(Verifier verifier) throws InterruptedException {
    try {
      figures = comparison.with(verifier);
    } catch (IOException e) {
      failure = e;
    }
  }

  /** Compares, over a connection that is there for nothing else. */
  void runAlone(Verifier verifier) throws IOException, InterruptedException {
    figures = comparison.with(verifier);
  }

  /**
   * Returns what it counted.
   *
   * @throws GeorepException if it did not come to its end
   */
  VerifyFigures result() throws GeorepException {
    IOException failed = failure;
    if (failed != null) {
      String sentence = failed.getMessage() == null ? failed.toString() : failed.getMessage();
      throw new GeorepException(ExitCode.ERROR, sentence, failed);
    }
    VerifyFigures counted = figures;
    if (counted == null) {
      throw new GeorepException(
          ExitCode.INTERRUPTED, "The comparison was stopped before its end; run it again.");
    }
    return counted;
  }
}
