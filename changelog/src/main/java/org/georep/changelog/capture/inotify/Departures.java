package org.georep.changelog.capture.inotify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.georep.name.FileName;
import org.jspecify.annotations.Nullable;

/**
 * First halves of renames whose second half is still to be read. The kernel queues both one after
 * the other but not in one step, so a half that is left over when the queue is empty waits for one
 * more look; then the name went to where nothing is watched.
 */
final class Departures {
  private final Map<Integer, Departure> waiting = new LinkedHashMap<>();
  private List<Integer> old = new ArrayList<>();

  /**
   * A name that went.
   *
   * @param moved the directory that had the name, if it was a directory known
   */
  record Departure(int cookie, Directory from, FileName name, @Nullable Directory moved) {}

  void add(Departure departure) {
    waiting.put(departure.cookie(), departure);
  }

  @Nullable Departure take(int cookie) {
    return waiting.remove(cookie);
  }

  /** A directory arrived somewhere: it did not go for good, but its old name did. */
  void arrived(Directory directory) {
    waiting.replaceAll(
        (cookie, departure) ->
            departure.moved() == directory
                ? new Departure(cookie, departure.from(), departure.name(), null)
                : departure);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The queue was found empty: returns those that were left over the last time already. */
  List<Departure> overdue() {
    List<Departure> gone = new ArrayList<>();
    for (Integer cookie : old) {
      Departure departure = waiting.remove(cookie);
      if (departure != null) {
        gone.add(departure);
      }
    }
    old = new ArrayList<>(waiting.keySet());
    return gone;
  }
}
