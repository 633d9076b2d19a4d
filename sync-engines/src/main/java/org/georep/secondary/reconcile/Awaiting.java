package org.georep.secondary.reconcile;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;

/**
 * Names that wait for the contents of a file: nothing here has it yet, or what is here of it is
 * older. Lost at the agent's end.
 *
 * <p>A name waits since a batch, and takes contents of that batch or a later one: only those were
 * read after the file was seen under the name. Contents that were on their way when a file took its
 * final name are what it held under its temporary one, perhaps half of it.
 *
 * <p>Nobody says that the names of a directory wait no more when the directory itself goes. So
 * there may be some of such directories: at most as many as of those that are here, and {@value
 * #SLACK}.
 */
final class Awaiting {
  static final int SLACK = 10_000;

  private record Wait(Gfid gfid, long since) {}

  private final Predicate<Gfid> isHere;
  private final Map<Gfid, Map<FileName, Wait>> byDirectory = new HashMap<>();
  private final Map<Gfid, Set<Place>> byGfid = new HashMap<>();
  private int size;

  /** How many were added since those gone were forgotten. */
  private int added;

  /**
   * Makes it with nothing waiting.
   *
   * @param isHere whether a directory is on the secondary, limbo included
   */
  Awaiting(Predicate<Gfid> isHere) {
    this.isHere = Objects.requireNonNull(isHere, "isHere is null");
  }

  /**
   * Notes that a name waits for this file and no other. One that does already goes on waiting since
   * the batch it did.
   */
  void add(Place place, Gfid gfid, long batch) {
    cancelUnless(place, Optional.of(gfid));
    byDirectory
        .computeIfAbsent(place.directory(), none -> new HashMap<>(2))
        .putIfAbsent(place.name(), new Wait(gfid, batch));
    if (byGfid.computeIfAbsent(gfid, none -> new LinkedHashSet<>(2)).add(place)) {
      size++;
      added++;
    }
    if (added > Math.max(SLACK, size / 2)) {
      forgetThoseGone();
      added = 0;
    }
  }

  private void forgetThoseGone() {
    for (Gfid directory : List.copyOf(byDirectory.keySet())) {
      if (!isHere.test(directory)) {
        names(directory).forEach(name -> cancel(new Place(directory, name)));
      }
    }
  }

  /** Returns how many names wait. */
  int size() {
    return size;
  }

  /** Notes that a name waits for nothing any more. */
  void cancel(Place place) {
    cancelUnless(place, Optional.empty());
  }

  /** Notes that a name waits for this file if for any. */
  void cancelUnless(Place place, Optional<Gfid> wanted) {
    Map<FileName, Wait> names = in(place.directory());
    Wait wait = names.get(place.name());
    if (wait == null || wanted.filter(wait.gfid()::equals).isPresent()) {
      return;
    }
    names.remove(place.name());
    size--;
    if (names.isEmpty()) {
      byDirectory.remove(place.directory());
    }
    Set<Place> places = byGfid.getOrDefault(wait.gfid(), Set.of());
    places.remove(place);
    if (places.isEmpty()) {
      byGfid.remove(wait.gfid());
    }
  }

  /** Returns the names that wait for a file. */
  List<Place> of(Gfid gfid) {
    return List.copyOf(byGfid.getOrDefault(gfid, Set.of()));
  }

  /** Returns the names that take contents of a file which were read for this batch. */
  List<Place> of(Gfid gfid, long batch) {
    return of(gfid).stream().filter(place -> wait(place).since() <= batch).toList();
  }

  /** Notes that contents of a file which were read for this batch are there. */
  void done(Gfid gfid, long batch) {
    of(gfid, batch).forEach(this::cancel);
  }

  private Wait wait(Place place) {
    return Objects.requireNonNull(in(place.directory()).get(place.name()), "nothing waits");
  }

  private Map<FileName, Wait> in(Gfid directory) {
    return byDirectory.getOrDefault(directory, Map.of());
  }

  /** Returns the files for which names of a directory wait. */
  List<Gfid> filesFor(Gfid directory) {
    return in(directory).values().stream().map(Wait::gfid).toList();
  }

  /** Returns the names of a directory that wait. */
  Set<FileName> names(Gfid directory) {
    return Set.copyOf(in(directory).keySet());
  }
}
