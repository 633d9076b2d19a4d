package org.georep.replicator.worker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.session.FilterLine;
import org.georep.replicator.session.Rate;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.SyncMode;

/**
 * The settings that a running worker takes over: the bandwidth limit, the crawl limit, the filter.
 * Limits hold from the next question on; a new filter is for the next pipeline, which crawls, since
 * nothing told of what was left out. For any thread.
 */
public final class LiveSettings {
  /** The keys of the settings that a running worker takes over. */
  static final List<String> KEYS = List.of("bwlimit", "crawl-limit", "filter");

  private final Clock clock;
  private volatile Settings settings;
  private volatile Filtering filtering;
  private volatile Runnable filtered = () -> {};

  /**
   * A filter, and what it is known by.
   *
   * @param digest the same for the same rules in the same mode; empty without rules
   */
  public record Filtering(Filter filter, String digest) {
    /** Checks its parts. */
    public Filtering {
      Objects.requireNonNull(filter, "filter is null");
      Objects.requireNonNull(digest, "digest is null");
    }

    /** What a mode does not bring is left out like what a filter does not let pass. */
    static Filtering of(Settings settings) {
      List<FilterLine> lines = settings.filter();
      String rules = digest(lines);
      SyncMode mode = settings.mode();
      return new Filtering(Filter.of(lines), mode.bringsAll() ? rules : mode + ":" + rules);
    }

    private static String digest(List<FilterLine> lines) {
      if (lines.isEmpty()) {
        return "";
      }
      try {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        for (FilterLine line : lines) {
          // A NUL is in no pattern.
          sha.update((line.toText() + "\0").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(sha.digest());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("this Java has no SHA-256", e);
      }
    }
  }

  /**
   * Begins with these.
   *
   * @param clock whose zone's time of day counts
   */
  public LiveSettings(Settings settings, Clock clock) {
    this.settings = Objects.requireNonNull(settings, "settings is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.filtering = Filtering.of(settings);
  }

  /** Returns the bandwidth limit now, in bytes a second; 0 for none. */
  public long bytesPerSecond() {
    Rate rate = settings.bwlimit().at(LocalTime.now(clock));
    return rate.isUnlimited() ? 0 : rate.bytesPerSecond();
  }

  /** Returns how many entries a second a crawl may look at now, if that is limited. */
  public OptionalInt crawlLimit() {
    long limit = settings.crawlLimit();
    return limit == 0
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, limit));
  }

  /** Returns what is left out. */
  public Filtering filtering() {
    return filtering;
  }

  /** Has this called when the filter is another one, instead of what was called before. */
  void whenFiltered(Runnable work) {
    filtered = Objects.requireNonNull(work, "work is null");
  }

  /**
   * Takes over what a running worker can take over.
   *
   * @return the keys of what changed by it
   */
  public synchronized List<String> take(Settings wanted) {
    Settings before = settings;
    List<String> changed = new ArrayList<>();
    if (!before.bwlimit().equals(wanted.bwlimit())) {
      changed.add("bwlimit");
    }
    if (before.crawlLimit() != wanted.crawlLimit()) {
      changed.add("crawl-limit");
    }
    if (!before.filter().equals(wanted.filter())) {
      changed.add("filter");
      filtering = Filtering.of(before.withLive(wanted));
      filtered.run();
    }
    settings = before.withLive(wanted);
    return changed;
  }

  /** Returns whether these settings are what holds now, also those that a start brings. */
  public boolean covers(Settings wanted) {
    return settings.equals(wanted);
  }
}
