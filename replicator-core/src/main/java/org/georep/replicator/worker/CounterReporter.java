package org.georep.replicator.worker;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.status.report.CountersReport;

/** Says in the contract's words what a meter has counted. */
final class CounterReporter {
  private CounterReporter() {}

  /**
   * Returns the counters.
   *
   * @param captured whether there is a journal to read changes from
   */
  static CountersReport of(Meter meter, boolean captured) {
    DataTotals contents = meter.contents;
    return new CountersReport(
        captured ? meter.records.events() : null,
        captured ? meter.records.gaps() : null,
        meter.crawled.now(),
        Map.of(
            "entry",
            ended(meter.entriesDone, meter.entriesFailed),
            "metadata",
            ended(meter.attributesDone, meter.attributesFailed),
            "data",
            Map.of(
                "done", contents.of("done"),
                "equal", contents.of("equal"),
                "gone", contents.of("gone"),
                "failed", contents.of("failed"))),
        Map.of("logical", contents.of("logical"), "wire", contents.of("wire")),
        Map.of(
            "changed", contents.of("changed"),
            "passing", contents.of("passing"),
            "quarantine", meter.quarantineRetries.get(),
            "connection", meter.connectionsLost.get()),
        meter.barriers.get(),
        meter.barrierNanos.get() / 1e9);
  }

  private static Map<String, Long> ended(AtomicLong done, AtomicLong failed) {
    return Map.of("done", done.get(), "failed", failed.get());
  }
}
