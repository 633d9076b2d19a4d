package org.georep.engine.pool;

import java.util.Map;

/**
 * What a pool has done so far, and has to do.
 *
 * @param waiting files not begun
 * @param underWay files begun
 * @param published files published
 * @param equal files found equal by comparison
 * @param gone files gone meanwhile
 * @param changed files that changed while they were read
 * @param retries files to be tried again
 * @param failed files that failed
 * @param bytesLogical sizes of the files published
 * @param bytesWire bytes written into data channels
 * @param engines the same for each engine, by name
 */
public record DataCounts(
    int waiting,
    int underWay,
    long published,
    long equal,
    long gone,
    long changed,
    long retries,
    long failed,
    long bytesLogical,
    long bytesWire,
    Map<String, EngineCounts> engines) {
  /** Copies its part. */
  public DataCounts {
    engines = Map.copyOf(engines);
  }

  /** Returns a figure that goes up whenever something is done. */
  public long progress() {
    return published + equal + gone + changed + retries + failed + bytesWire;
  }

  /**
   * What one engine has done.
   *
   * @param runs data channels used
   * @param files files published
   * @param bytesLogical their sizes
   * @param bytesWire bytes written into channels
   */
  public record EngineCounts(long runs, long files, long bytesLogical, long bytesWire) {}
}
