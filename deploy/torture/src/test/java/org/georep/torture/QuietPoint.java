package org.georep.torture;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.georep.posix.NativeLibc;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.TreeManifest;
import org.georep.testing.TreeManifest.Aspect;
import org.georep.testing.Waits;

/**
 * What must be true when the writers have stopped: stime passes that moment, nothing is
 * quarantined, both oracles find the secondary equal, and then lag is 0. Returned are the breaks of
 * this, in words.
 */
final class QuietPoint {
  private static final Duration LIMIT = Duration.ofSeconds(100);
  private static final Duration LAG_LIMIT = Duration.ofSeconds(30);
  private static final Duration STEP = Duration.ofMillis(50);
  private static final int SHOWN = 40;

  private final Arena arena;
  private final Duration limit;
  private boolean wholeForBoth = true;

  QuietPoint(Arena arena) {
    this(arena, LIMIT);
  }

  /**
   * Makes it.
   *
   * @param limit how long the secondary may take to be in step
   */
  QuietPoint(Arena arena, Duration limit) {
    this.arena = arena;
    this.limit = limit;
  }

  /** Waits and compares. The writers have stopped. */
  List<String> breaks() throws IOException, InterruptedException {
    Instant quiet = latest(Instant.now(), stime(arena));
    List<String> breaks = new ArrayList<>();
    retry();
    if (!await(limit, status -> stime(status).filter(stime -> stime.isAfter(quiet)).isPresent())) {
      breaks.add("stime has not passed " + quiet + " within " + limit + ": " + statusText());
      breaks.addAll(arena.complaints());
    }
    JsonNode status = arena.status().orElse(null);
    if (status != null && status.path("quarantined").asLong() > 0) {
      breaks.add("quarantined: " + quarantine());
    }
    if (!breaks.isEmpty()) {
      return breaks;
    }
    breaks.addAll(setAside());
    List<String> differences = differences();
    if (!differences.isEmpty()) {
      breaks.addAll(differences);
      breaks.add(later(differences));
    } else if (!await(LAG_LIMIT, QuietPoint::isIdle)) {
      breaks.add("in step, but lag is not 0 within " + LAG_LIMIT + ": " + statusText());
    }
    breaks.addAll(arena.complaints());
    arena.complaints().clear();
    return breaks;
  }

  /** While the program's clock was ahead, it may have claimed what only comes now. */
  private static Instant latest(Instant now, Optional<Instant> claimed) {
    return claimed.filter(now::isBefore).orElse(now);
  }

  /** What failed while something was wrong need not wait for its turn. */
  private void retry() throws IOException {
    if (arena.status().filter(status -> status.path("quarantined").asLong() > 0).isPresent()) {
      arena.retryQuarantined();
    }
  }

  /** Nobody but georep works on the secondary, so nothing there is anybody else's. */
  private List<String> setAside() throws IOException {
    Path conflicts = arena.secondary().resolve(".georep/conflicts");
    if (!Files.isDirectory(conflicts)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(conflicts)) {
      return all.filter(each -> !Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))
          .limit(SHOWN)
          .map(each -> "set aside: " + conflicts.relativize(each))
          .toList();
    }
  }

  private String later(List<String> before) throws IOException, InterruptedException {
    // Nothing to wait for: it tells a stime that came too early from a difference that stays.
    Thread.sleep(8000);
    List<String> after = differences();
    return after.isEmpty()
        ? "(8 s later they are equal: stime was wrong)"
        : after.equals(before)
            ? "(8 s later the same)"
            : "(8 s later " + after.size() + " differences: " + after.get(0) + ")";
  }

  private List<String> differences() throws IOException {
    List<String> all = new ArrayList<>();
    try {
      TreeManifest primary = manifest(arena.primary());
      all.addAll(primary.differences(manifest(arena.secondary())));
      all.addAll(rsync());
    } catch (IOException e) {
      all.add("the trees cannot be compared: " + e.getMessage());
    }
    return all.stream().limit(SHOWN).map(QuietPoint::shortened).toList();
  }

  private static String shortened(String line) {
    int half = 600;
    return line.length() <= 2 * half
        ? line
        : line.substring(0, half) + " ... " + line.substring(line.length() - half);
  }

  /**
   * What goes beyond PATH_MAX, also outside of the abyss and of stress-ng's deep directories, only
   * the other oracle sees.
   */
  private List<String> rsync() {
    RsyncAnswer answer =
        RsyncAnswer.of(
            RsyncOracle.answer(
                arena.primary(),
                arena.secondary(),
                "--ignore-errors", // else one path that is too long hides what is to be deleted
                "--exclude=/abyss",
                "--exclude=abyssabyss*", // wherever it was moved
                "--exclude=*stress-ng-dirdeep-*"));
    wholeForBoth = answer.whole();
    return answer.differences();
  }

  /**
   * Returns whether nothing that was compared was too long for one of the oracles, besides what is
   * made to be.
   */
  boolean isWholeForBoth() {
    return wholeForBoth;
  }

  /** Of a file with holes rsync makes one of every zeros that are long enough, and no others. */
  private TreeManifest manifest(Path root) throws IOException {
    byte[] path = root.toString().getBytes(StandardCharsets.UTF_8);
    Aspect[] without =
        arena.setUp().engine().equals("rsync") ? new Aspect[] {Aspect.HOLES} : new Aspect[0];
    return TreeManifest.of(NativeLibc.instance(), path, without);
  }

  private interface Condition {
    boolean holds(JsonNode status);
  }

  private boolean await(Duration limit, Condition condition)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + Waits.scaled(limit).toNanos();
    while (arena.status().filter(condition::holds).isEmpty()) {
      if (System.nanoTime() > end) {
        return false;
      }
      // Another process's status, which can only be asked for again.
      Thread.sleep(STEP.toMillis());
    }
    return true;
  }

  private static boolean isIdle(JsonNode status) {
    return status.path("lag_seconds").isNumber() && status.path("lag_seconds").asDouble() == 0;
  }

  /** Returns up to when the secondary is in step, as the program says. */
  static Optional<Instant> stime(Arena arena) throws IOException {
    return arena.status().flatMap(QuietPoint::stime);
  }

  private static Optional<Instant> stime(JsonNode status) {
    JsonNode synced = status.path("last_synced");
    if (!synced.isNumber()) {
      return Optional.empty();
    }
    java.math.BigDecimal seconds = synced.decimalValue();
    long whole = seconds.longValue();
    long nanos =
        seconds.subtract(java.math.BigDecimal.valueOf(whole)).movePointRight(9).longValue();
    return Optional.of(Instant.ofEpochSecond(whole, nanos));
  }

  private String statusText() throws IOException {
    return arena.status().map(JsonNode::toString).orElse("no status");
  }

  private String quarantine() {
    return Program.run(
            List.of("head", "-c", "3000", arena.state().resolve("torture/quarantine").toString()))
        .output();
  }
}
