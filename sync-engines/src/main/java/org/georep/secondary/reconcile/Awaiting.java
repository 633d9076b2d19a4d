package org.georep.secondary.reconcile;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.jspecify.annotations.Nullable;

/** Names that wait for the contents of a file nothing here has yet. Lost at the agent's end. */
final class Awaiting {
  private final Map<Place, Gfid> byPlace = new HashMap<>();
  private final Map<Gfid, Set<Place>> byGfid = new HashMap<>();

  /** Notes that a name waits for this file and no other. */
  void add(Place place, Gfid gfid) {
    cancel(place);
    byPlace.put(place, gfid);
    byGfid.computeIfAbsent(gfid, none -> new LinkedHashSet<>(2)).add(place);
  }

  /** Notes that a name waits for nothing any more. */
  void cancel(Place place) {
    @Nullable Gfid gfid = byPlace.remove(place);
    if (gfid != null) {
      Set<Place> places = byGfid.getOrDefault(gfid, Set.of());
      places.remove(place);
      if (places.isEmpty()) {
        byGfid.remove(gfid);
      }
    }
  }

  /** Returns the names that wait for a file. */
  List<Place> of(Gfid gfid) {
    return List.copyOf(byGfid.getOrDefault(gfid, Set.of()));
  }

  /** Returns the files for which names of a directory wait. */
  List<Gfid> in(Gfid directory) {
    return byPlace.entrySet().stream()
        .filter(waiting -> waiting.getKey().directory().equals(directory))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Notes that a file is there. */
  void done(Gfid gfid) {
    Set<Place> places = byGfid.remove(gfid);
    if (places != null) {
      byPlace.keySet().removeAll(places);
    }
  }
}
