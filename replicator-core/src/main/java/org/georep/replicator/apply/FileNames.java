package org.georep.replicator.apply;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.georep.name.Gfid;
import org.georep.name.Place;

/** The names files were looked at under. Most have one, which takes no table. For one thread. */
final class FileNames {
  private final Map<Gfid, Set<Place>> names = new HashMap<>();

  void add(Gfid file, Place place) {
    Set<Place> known = names.putIfAbsent(file, Set.of(place));
    if (known != null && !known.contains(place)) {
      if (known.size() == 1) {
        known = new HashSet<>(known);
        names.put(file, known);
      }
      known.add(place);
    }
  }

  Set<Place> of(Gfid file) {
    return names.getOrDefault(file, Set.of());
  }

  /** Hands out those of these files that have several, with all of them. */
  void eachOfSeveral(Set<Gfid> files, BiConsumer<Gfid, Set<Place>> visitor) {
    names.forEach(
        (file, places) -> {
          if (places.size() > 1 && files.contains(file)) {
            visitor.accept(file, places);
          }
        });
  }
}
