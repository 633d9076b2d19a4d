package org.georep.status.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.georep.status.report.WorkerReport;

/**
 * Keeps a registry in step with reports: a figure gets its meter when it is first met, and loses it
 * when it is in none of the reports any more, so that a session that was deleted leaves nothing
 * behind. For any number of threads.
 */
public final class ReportMetrics {
  /** The content type of {@link #scrape}. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private record Key(String name, Tags tags) {}

  /** A meter and the figure it shows. */
  private static final class Shown {
    private volatile Reading reading;
    private Meter meter;

    Shown(Reading reading, PrometheusMeterRegistry registry) {
      this.reading = reading;
      this.meter = bind(reading, registry);
    }

    private Meter bind(Reading first, PrometheusMeterRegistry registry) {
      if (first instanceof Reading.Level) {
        return Gauge.builder(first.name(), this, Shown::value)
            .tags(first.tags())
            .description(first.help())
            .register(registry);
      }
      if (first instanceof Reading.Count) {
        return FunctionCounter.builder(first.name(), this, Shown::value)
            .tags(first.tags())
            .description(first.help())
            .register(registry);
      }
      return FunctionTimer.builder(first.name(), this, Shown::times, Shown::value, TimeUnit.SECONDS)
          .tags(first.tags())
          .description(first.help())
          .register(registry);
    }

    private double value() {
      Reading now = reading;
      if (now instanceof Reading.Level level) {
        return level.value();
      }
      return now instanceof Reading.Count count ? count.value() : ((Reading.Effort) now).seconds();
    }

    private long times() {
      return reading instanceof Reading.Effort effort ? effort.times() : 0;
    }
  }

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<Key, Shown> shown = new HashMap<>();

  /** Makes it without any metric. */
  public ReportMetrics() {}

  /** Returns these reports as Prometheus's text, in the format of {@link #CONTENT_TYPE}. */
  public synchronized String scrape(List<WorkerReport> reports) {
    Set<Key> met = new HashSet<>();
    for (WorkerReport report : reports) {
      for (Reading reading : Readings.of(report)) {
        Key key = new Key(reading.name(), reading.tags());
        met.add(key);
        Shown known = shown.get(key);
        if (known == null) {
          shown.put(key, new Shown(reading, registry));
        } else {
          known.reading = reading;
        }
      }
    }
    shown
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !met.contains(entry.getKey());
              if (gone) {
                registry.remove(entry.getValue().meter);
              }
              return gone;
            });
    return registry.scrape();
  }
}
