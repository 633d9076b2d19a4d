package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.georep.replicator.session.FilterLine;
import org.georep.replicator.session.RateSchedule;
import org.georep.replicator.session.Settings;
import org.junit.jupiter.api.Test;

/** What a running worker takes over. */
class LiveSettingsTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-21T07:59:59Z"));

  private final class Adjustable extends Clock {
    private final ZoneId zone;

    Adjustable(ZoneId zone) {
      this.zone = zone;
    }

    @Override
    public ZoneId getZone() {
      return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
      return new Adjustable(other);
    }

    @Override
    public Instant instant() {
      return now.get();
    }
  }

  private static Settings limited(String rate) {
    return Settings.DEFAULTS.toBuilder().bwlimit(RateSchedule.parse(rate)).build();
  }

  @Test
  void theLimitFollowsTheClockOfItsZone() {
    Settings office = limited("08:00-18:00=2MiB/s, else none");
    LiveSettings here = new LiveSettings(office, new Adjustable(ZoneOffset.UTC));
    LiveSettings east = new LiveSettings(office, new Adjustable(ZoneOffset.ofHours(1)));
    assertThat(here.bytesPerSecond()).isZero();
    assertThat(east.bytesPerSecond()).isEqualTo(2 << 20);
    now.set(Instant.parse("2026-11-21T08:00:00Z"));
    assertThat(here.bytesPerSecond()).isEqualTo(2 << 20);
    now.set(Instant.parse("2026-11-21T17:30:00Z"));
    assertThat(here.bytesPerSecond()).isEqualTo(2 << 20);
    assertThat(east.bytesPerSecond()).isZero();
    assertThat(here.take(limited("1MiB/s"))).containsExactly("bwlimit");
    assertThat(here.bytesPerSecond()).isEqualTo(1 << 20);
  }

  @Test
  void takesOverLimitsAndFilterAndNothingElse() {
    LiveSettings live = new LiveSettings(Settings.DEFAULTS, Clock.systemUTC());
    AtomicInteger filtered = new AtomicInteger();
    live.whenFiltered(filtered::incrementAndGet);
    assertThat(live.filtering().digest()).isEmpty();
    assertThat(live.crawlLimit()).isEqualTo(OptionalInt.empty());

    Settings limits = Settings.DEFAULTS.toBuilder().crawlLimit(7).build();
    assertThat(live.take(limits)).containsExactly("crawl-limit");
    assertThat(live.crawlLimit()).isEqualTo(OptionalInt.of(7));
    assertThat(live.take(limits)).isEmpty();
    assertThat(live.covers(limits)).isTrue();
    assertThat(filtered).hasValue(0);

    Settings other =
        limits.toBuilder().filter(List.of(FilterLine.parseText("- *.tmp"))).syncJobs(9).build();
    assertThat(live.take(other)).containsExactly("filter");
    assertThat(filtered).hasValue(1);
    assertThat(live.filtering().digest()).isNotEmpty();
    assertThat(live.covers(other)).isFalse(); // nine workers take a start
    assertThat(live.take(limits)).containsExactly("filter");
    assertThat(live.filtering().digest()).isEmpty();
    assertThat(live.covers(limits)).isTrue();
  }

  @Test
  void filtersAreToldApart() {
    assertThat(digest("- a", "- b"))
        .isEqualTo(digest("- a", "- b"))
        .isNotEqualTo(digest("- b", "- a"))
        .isNotEqualTo(digest("- a- b"))
        .isNotEqualTo(digest("- a", "+ b"));
  }

  private static String digest(String... lines) {
    List<FilterLine> filter = List.of(lines).stream().map(FilterLine::parseText).toList();
    return LiveSettings.Filtering.of(Settings.DEFAULTS.toBuilder().filter(filter).build()).digest();
  }
}
