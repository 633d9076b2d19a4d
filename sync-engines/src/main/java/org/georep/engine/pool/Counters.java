package org.georep.engine.pool;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.georep.engine.Outcome;
import org.georep.engine.pool.DataCounts.EngineCounts;

/** Counts what the workers do. For any thread. */
final class Counters {
  private final Map<Class<? extends Outcome>, LongAdder> outcomes = new ConcurrentHashMap<>();
  private final Map<String, OfEngine> engines = new ConcurrentHashMap<>();

  /** The counters of one engine. */
  static final class OfEngine {
    private final LongAdder runs = new LongAdder();
    private final LongAdder files = new LongAdder();
    private final LongAdder logical = new LongAdder();
    private final LongAdder wire = new LongAdder();

    void run() {
      runs.increment();
    }

    void published(long bytes) {
      files.increment();
      logical.add(bytes);
    }

    void wire(long bytes) {
      wire.add(bytes);
    }

    private EngineCounts counts() {
      return new EngineCounts(runs.sum(), files.sum(), logical.sum(), wire.sum());
    }
  }

  /** Returns the counters of an engine. */
  OfEngine engine(String name) {
    return engines.computeIfAbsent(name, any -> new OfEngine());
  }

  /** Counts the end of one file. */
  void ended(Outcome outcome) {
    outcomes.computeIfAbsent(outcome.getClass(), any -> new LongAdder()).increment();
  }

  private long sum(Class<? extends Outcome> kind) {
    LongAdder adder = outcomes.get(kind);
    return adder == null ? 0 : adder.sum();
  }

  /** Returns all of them, and what the queue says of itself. */
  DataCounts counts(int waiting, int underWay) {
    Map<String, EngineCounts> each = new HashMap<>();
    engines.forEach((name, engine) -> each.put(name, engine.counts()));
    return new DataCounts(
        waiting,
        underWay,
        sum(Outcome.Published.class),
        sum(Outcome.Equal.class),
        sum(Outcome.Gone.class),
        sum(Outcome.Changed.class),
        sum(Outcome.Retry.class),
        sum(Outcome.Failed.class),
        each.values().stream().mapToLong(EngineCounts::bytesLogical).sum(),
        each.values().stream().mapToLong(EngineCounts::bytesWire).sum(),
        each);
  }
}
