package org.georep.torture;

import java.util.EnumMap;
import java.util.Map;

/**
 * Counts what counts: operations that the file system did, faults that had an effect, and quiet
 * points. Rests are no operations. For any number of threads.
 */
final class Tally {
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  private final Map<Fault, Long> inVain = new EnumMap<>(Fault.class);
  private long operations;
  private long quietPoints;
  private long oneOracle;

  synchronized void operation() {
    operations++;
  }

  /** Counts a fault. */
  synchronized void fault(Fault fault, boolean hadAnEffect) {
    (hadAnEffect ? faults : inVain).merge(fault, 1L, Long::sum);
  }

  /**
   * Counts a quiet point.
   *
   * @param both whether both oracles saw the whole of both trees
   */
  synchronized void quietPoint(boolean both) {
    quietPoints++;
    oneOracle += both ? 0 : 1;
  }

  /** Adds what another counted, which counts no more. */
  synchronized void add(Tally other) {
    operations += other.operations;
    quietPoints += other.quietPoints;
    oneOracle += other.oneOracle;
    other.faults.forEach((fault, count) -> faults.merge(fault, count, Long::sum));
    other.inVain.forEach((fault, count) -> inVain.merge(fault, count, Long::sum));
  }

  synchronized long operations() {
    return operations;
  }

  /** Returns how many had an effect. */
  synchronized long faults() {
    return faults.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public synchronized String toString() {
    return operations
        + " operations done, "
        + faults()
        + " faults with an effect "
        + faults
        + (inVain.isEmpty() ? "" : ", in vain " + inVain)
        + ", "
        + quietPoints
        + " quiet points, "
        + oneOracle
        + " of them with paths that only one oracle sees";
  }
}
