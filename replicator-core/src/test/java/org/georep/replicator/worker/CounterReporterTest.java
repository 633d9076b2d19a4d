package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.georep.engine.pool.DataCounts;
import org.georep.replicator.crawl.CrawlProgress;
import org.junit.jupiter.api.Test;

/** Counters never go back while the process lives, whatever a connection or a crawl comes to. */
class CounterReporterTest {
  private final Meter meter = new Meter();

  private static DataCounts published(long files, long bytes) {
    return new DataCounts(0, 0, files, 0, 0, 0, 0, 0, bytes, bytes / 2, Map.of());
  }

  private static CrawlProgress crawl(long seen, long changed) {
    return new CrawlProgress(seen, changed, 0, Duration.ofSeconds(1));
  }

  private long done() {
    return CounterReporter.of(meter, true).operations().get("data").get("done");
  }

  @Test
  void whatEndedConnectionsSentStays() {
    meter.contents.attach(() -> published(5, 100));
    assertThat(done()).isEqualTo(5);
    meter.contents.detach();
    meter.contents.detach();
    assertThat(done()).isEqualTo(5);
    meter.contents.attach(() -> published(2, 40));
    assertThat(done()).isEqualTo(7);
    assertThat(CounterReporter.of(meter, true).bytes())
        .isEqualTo(Map.of("logical", 140L, "wire", 70L));
  }

  @Test
  void whatACrawlMetIsCountedOnceAlsoIfItWasCutShort() {
    meter.crawl(Meter.Crawl.HYBRID, crawl(10, 1));
    meter.crawl(Meter.Crawl.HYBRID, crawl(30, 2));
    meter.faulty("the link is gone");
    meter.crawl(Meter.Crawl.HYBRID, crawl(8, 1));
    meter.crawlEnded(crawl(50, 4));
    assertThat(CounterReporter.of(meter, true).crawlEntries())
        .isEqualTo(Map.of("seen", 80L, "changed", 6L));
    assertThat(CounterReporter.of(meter, true).retries()).containsEntry("connection", 1L);
  }

  @Test
  void withoutAJournalNothingIsSaidOfEvents() {
    assertThat(CounterReporter.of(meter, false).captureEvents()).isNull();
    assertThat(CounterReporter.of(meter, false).captureOverflows()).isNull();
  }
}
