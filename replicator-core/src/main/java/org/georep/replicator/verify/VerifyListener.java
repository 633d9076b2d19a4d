package org.georep.replicator.verify;

import java.io.IOException;

/** Who hears of a verify. Called by its thread; an exception ends it. */
public interface VerifyListener {
  /** Told about once a second. */
  void progress(VerifyFigures figures) throws IOException;

  /** Told of each difference that stands, once. */
  void difference(Difference difference) throws IOException;
}
