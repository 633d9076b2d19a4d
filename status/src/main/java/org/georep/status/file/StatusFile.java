package org.georep.status.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.georep.status.report.WorkerReport;

/**
 * A worker's status file: one JSON object, replaced atomically.
 *
 * <p>The writer is the worker that holds the session; readers may be anyone, at any time. A file of
 * a later version is read as far as it is understood; one that is no JSON object at all counts as
 * unreadable, which is an error for a reader but not for a worker, whose counters then start at 0.
 */
public final class StatusFile {
  private final WholeFile file;

  /** Names the file; it need not be there. */
  public StatusFile(Path path) {
    file = new WholeFile(path);
  }

  /** Returns where it is. */
  public Path path() {
    return file.path();
  }

  /** Replaces it; durable on return. */
  public void write(WorkerReport report) throws IOException {
    file.write(StatusJson.bytes(report));
  }

  /**
   * Reads it, or nothing if there is none yet.
   *
   * @throws IOException if it cannot be read or is no JSON object
   */
  public Optional<WorkerReport> read() throws IOException {
    Optional<byte[]> bytes = file.read();
    return bytes.isEmpty() ? Optional.empty() : Optional.of(StatusJson.parse(bytes.get()));
  }

  /**
   * Returns the counters the last run left; zeros if there was none or its file is damaged.
   *
   * @throws IOException if a file is there and cannot be read
   */
  public StatusCounters counters() throws IOException {
    Optional<byte[]> bytes = file.read();
    if (bytes.isEmpty()) {
      return StatusCounters.ZERO;
    }
    try {
      return StatusCounters.of(StatusJson.parse(bytes.get()));
    } catch (IOException damaged) {
      return StatusCounters.ZERO;
    }
  }
}
