package org.georep.replicator.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.georep.engine.pool.DataCounts;

/**
 * What the data pools of all connections have done: each pool counts by itself and ends with its
 * connection. For any number of threads.
 */
public final class DataTotals {
  @GuardedBy("this")
  private Map<String, Long> before = Map.of();

  @GuardedBy("this")
  private Optional<Supplier<DataCounts>> pool = Optional.empty();

  DataTotals() {}

  /** A pool begins. */
  synchronized void attach(Supplier<DataCounts> counts) {
    detach();
    pool = Optional.of(counts);
  }

  /** It has ended: its counts stay. */
  synchronized void detach() {
    before = now();
    pool = Optional.empty();
  }

  private synchronized Map<String, Long> now() {
    Map<String, Long> sum = new TreeMap<>(before);
    if (pool.isPresent()) {
      DataCounts counts = pool.get().get();
      sum.merge("done", counts.published(), Long::sum);
      sum.merge("equal", counts.equal(), Long::sum);
      sum.merge("gone", counts.gone(), Long::sum);
      sum.merge("changed", counts.changed(), Long::sum);
      sum.merge("passing", counts.retries(), Long::sum);
      sum.merge("failed", counts.failed(), Long::sum);
      sum.merge("wire", counts.bytesWire(), Long::sum);
      sum.merge("logical", counts.bytesLogical(), Long::sum);
    }
    return sum;
  }

  /**
   * Returns one figure: files {@code done}, found {@code equal}, {@code gone} meanwhile, {@code
   * changed} while they were read, failed for a {@code passing} reason, {@code failed}; bytes
   * {@code wire} and {@code logical}.
   */
  long of(String figure) {
    return now().getOrDefault(figure, 0L);
  }
}
