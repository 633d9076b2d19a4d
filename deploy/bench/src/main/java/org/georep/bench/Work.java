package org.georep.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What was measured of one scenario.
 *
 * @param title the scenario's
 * @param about what is done, in a few words
 * @param unit of the values
 * @param measured when: a date
 * @param machine what on
 * @param peers each one's runs, in the order they took turns
 */
record Work(
    String title,
    String about,
    String unit,
    String measured,
    String machine,
    Map<String, List<Outcome>> peers) {
  private static final String GEOREP = "georep";

  /** Copies its parts. */
  Work {
    peers = new LinkedHashMap<>(peers);
  }

  /** Returns the median of the medians of a peer's runs. */
  double median(String peer) {
    return Scenario.median(medians(peer));
  }

  /** Returns the median of each run of a peer. */
  List<Double> medians(String peer) {
    return runs(peer).stream().map(run -> Scenario.median(run.values())).toList();
  }

  /** Returns the value below which a part of all of a peer's values lie, its runs together. */
  double quantile(String peer, double part) {
    return Scenario.quantile(values(peer), part);
  }

  /** Returns all values of a peer, its runs together. */
  List<Double> values(String peer) {
    List<Double> all = new ArrayList<>();
    runs(peer).forEach(run -> all.addAll(run.values()));
    return all;
  }

  /** Returns a peer's runs. */
  List<Outcome> runs(String peer) {
    return peers.getOrDefault(peer, List.of());
  }

  /** Returns whether it is one of georep's engines. */
  static boolean isGeorep(String peer) {
    return peer.startsWith(GEOREP);
  }

  /**
   * Returns the median of the fastest peer that replicates; where there is none, of doing nothing;
   * empty if georep was alone.
   */
  OptionalDouble reference() {
    OptionalDouble fastest =
        peers.keySet().stream()
            .filter(peer -> !isGeorep(peer) && !Peer.isMeasure(peer))
            .mapToDouble(this::median)
            .min();
    return fastest.isPresent() || !peers.containsKey(Peer.NOTHING)
        ? fastest
        : OptionalDouble.of(median(Peer.NOTHING));
  }
}
