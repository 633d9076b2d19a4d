package org.georep.changelog.capture.host;

import java.io.IOException;
import org.georep.changelog.capture.ChangeSource;

/** Opens the volume's source of changes. Called when the journal's lock is held, not before. */
@FunctionalInterface
public interface SourceOpener {
  /** Returns a source for which the kernel queues events already. */
  ChangeSource open() throws IOException;
}
