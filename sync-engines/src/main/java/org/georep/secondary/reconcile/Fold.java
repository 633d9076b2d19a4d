package org.georep.secondary.reconcile;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.protocol.Want;

/**
 * What one request wants of each name: the last look at it. A directory has one place; where two
 * looks found it at two names, the later one is right and the other name is left alone, since the
 * move that came between makes it dirty again.
 */
final class Fold {
  private final Map<Place, Want> last = new LinkedHashMap<>();
  private final Map<Gfid, Place> homes = new HashMap<>();

  void add(Gfid directory, Want want) {
    Place place = new Place(directory, want.name());
    last.put(place, want);
    if (want instanceof Want.Present present && present.state().isDirectory()) {
      homes.put(present.state().gfid(), place);
    }
  }

  /** Returns what is wanted, in the order the names were first looked at. */
  Map<Place, Want> wants() {
    Map<Place, Want> wants = new LinkedHashMap<>(last);
    wants
        .entrySet()
        .removeIf(
            each ->
                each.getValue() instanceof Want.Present present
                    && present.state().isDirectory()
                    && !each.getKey().equals(homes.get(present.state().gfid())));
    return wants;
  }
}
