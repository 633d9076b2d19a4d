package org.georep.replicator.verify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.georep.name.Gfid;
import org.georep.name.Place;

/**
 * What differed and is to be looked at again, in the order it was seen, each place once; and the
 * names of directories that are not there, below which nothing is compared. For one thread.
 */
final class Candidates {
  private static final int MOST_NOT_BELOW = 100_000;

  private final Deque<Candidate> waiting = new ArrayDeque<>();
  private final Set<Candidate.Key> keys = new HashSet<>();
  private final Set<Place> notBelow = new HashSet<>();
  private final Set<Gfid> skipped = new HashSet<>();

  void add(Candidate candidate) {
    if (keys.add(candidate.key())) {
      waiting.add(candidate);
    }
  }

  /** Puts one back that was taken. */
  void addAgain(Candidate candidate) {
    keys.add(candidate.key());
    waiting.add(candidate);
  }

  /** Takes those at the head that are due, of one directory after the other; a bounded number. */
  List<Candidate> take(Predicate<Candidate> due, int most) {
    List<Candidate> taken = new ArrayList<>();
    while (!waiting.isEmpty() && taken.size() < most && due.test(waiting.element())) {
      Candidate candidate = waiting.remove();
      keys.remove(candidate.key());
      taken.add(candidate);
    }
    return taken;
  }

  int size() {
    return waiting.size();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The directory of this name is not what it should be: nothing below it can be compared. */
  void notBelow(Place place) {
    if (notBelow.size() < MOST_NOT_BELOW) {
      notBelow.add(place);
    }
  }

  boolean isNotBelow(Place place) {
    return notBelow.contains(place);
  }

  /**
   * Returns whether a directory cannot be compared, since it is not where it should be, or one
   * above it is not; takes note of it for what is below.
   */
  boolean isSkipped(Gfid directory, Place place) {
    boolean skip = notBelow.contains(place) || skipped.contains(place.directory());
    if (!skip) {
      skipped.remove(directory);
    } else if (skipped.size() < MOST_NOT_BELOW) {
      skipped.add(directory);
    }
    return skip;
  }

  /** It is what it should be, after all. */
  void below(Place place) {
    notBelow.remove(place);
  }
}
