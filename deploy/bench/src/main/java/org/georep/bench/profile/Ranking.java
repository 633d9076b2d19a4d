package org.georep.bench.profile;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** The largest of many sums. */
final class Ranking {
  private static final String OURS = "org.georep.";
  private static final String BINDING = "org.georep.posix.";

  private final Map<String, Double> sums = new HashMap<>();
  private double whole;

  private Ranking() {}

  /** Adds each sample to every one of its keys. */
  static Ranking of(
      List<Recording.Sample> samples, Function<Recording.Sample, Collection<String>> keys) {
    Ranking ranking = new Ranking();
    for (Recording.Sample sample : samples) {
      ranking.whole += sample.weight();
      keys.apply(sample).forEach(key -> ranking.sums.merge(key, sample.weight(), Double::sum));
    }
    return ranking;
  }

  /** The innermost frame. */
  static Collection<String> self(Recording.Sample sample) {
    return sample.frames().isEmpty() ? List.of() : List.of(sample.frames().get(0));
  }

  /** Every method of georep in it, once. */
  static Collection<String> ours(Recording.Sample sample) {
    return new LinkedHashSet<>(
        sample.frames().stream().filter(frame -> frame.startsWith(OURS)).toList());
  }

  /** The innermost method of georep that is more than a binding of the kernel's calls. */
  static Collection<String> innermostOurs(Recording.Sample sample) {
    return sample.frames().stream()
        .filter(frame -> frame.startsWith(OURS) && !frame.startsWith(BINDING))
        .limit(1)
        .toList();
  }

  /** The innermost frame, and for whom it works. */
  static Collection<String> selfFor(Recording.Sample sample) {
    return self(sample).stream()
        .map(frame -> frame + "  for " + String.join("", innermostOurs(sample)))
        .toList();
  }

  /** Returns the largest, a line each: share, sum, name. */
  String lines(int most, double unit, String name) {
    StringBuilder text = new StringBuilder();
    sums.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .limit(most)
        .forEach(
            entry ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "  %5.1f %% %9.2f %s  %s%n",
                        100 * Objects.requireNonNull(entry.getValue()) / whole,
                        entry.getValue() / unit,
                        name,
                        entry.getKey())));
    return text.toString();
  }
}
