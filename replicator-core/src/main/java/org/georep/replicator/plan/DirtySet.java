package org.georep.replicator.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;

/**
 * What is dirty: names by directory, contents and attributes by inode, directories in doubt,
 * directories to be walked whole. Adding the same thing again changes nothing. For one thread.
 */
public final class DirtySet {
  private final Map<Gfid, Set<FileName>> names = new LinkedHashMap<>();
  private final Map<Gfid, Optional<Place>> contents = new LinkedHashMap<>();
  private final Map<Gfid, Optional<Place>> attributes = new LinkedHashMap<>();
  private final Set<Gfid> doubts = new LinkedHashSet<>();
  private final Set<Gfid> appeared = new HashSet<>();
  private final Set<Place> moved = new HashSet<>();
  private final List<Place> subtrees = new ArrayList<>();
  private int size;

  /** Folds a record in; capture's marks leave it as it is. */
  public void add(ChangeRecord change) {
    if (change instanceof ChangeRecord.Entry entry) {
      addName(entry.place());
      entry.gfid().ifPresent(appeared::add);
    } else if (change instanceof ChangeRecord.Rename rename) {
      addName(rename.from());
      addName(rename.to());
      moved.add(rename.to());
    } else if (change instanceof ChangeRecord.Metadata metadata) {
      addAttributes(metadata.gfid(), metadata.place());
      metadata.place().ifPresent(this::addName);
    } else if (change instanceof ChangeRecord.Data data) {
      addContents(data.gfid(), data.place());
      data.place().ifPresent(this::addName);
    } else if (change instanceof ChangeRecord.Outside outside) {
      addDoubt(outside.directory());
    } else if (change instanceof ChangeRecord.Subtree subtree) {
      addName(subtree.place());
      addSubtree(subtree.place());
    }
  }

  /** What is at a name may be a directory of which nothing is known. */
  public void addSubtree(Place place) {
    subtrees.add(place);
  }

  /** What the secondary has of a directory, if this is one, may have changed unseen. */
  public void addDoubt(Gfid directory) {
    size += doubts.add(directory) ? 1 : 0;
  }

  /** A name is dirty. */
  public void addName(Place place) {
    boolean added =
        names.computeIfAbsent(place.directory(), d -> new LinkedHashSet<>()).add(place.name());
    size += added ? 1 : 0;
  }

  /** An inode's contents are dirty. */
  public void addContents(Gfid gfid, Optional<Place> place) {
    size += contents.put(gfid, place) == null ? 1 : 0;
  }

  /** An inode's attributes are dirty. */
  public void addAttributes(Gfid gfid, Optional<Place> place) {
    size += attributes.put(gfid, place) == null ? 1 : 0;
  }

  /** Returns the dirty names of each directory. */
  public Map<Gfid, Set<FileName>> names() {
    return names;
  }

  /** Returns inodes with dirty contents, each with a name it had, if one is known. */
  public Map<Gfid, Optional<Place>> contents() {
    return contents;
  }

  /** Returns inodes with dirty attributes, each with a name it had, if one is known. */
  public Map<Gfid, Optional<Place>> attributes() {
    return attributes;
  }

  /** Returns directories that may have changed unseen, as those that were outside the volume. */
  public Set<Gfid> doubts() {
    return doubts;
  }

  /** Returns what was made or moved in, or is gone: it had no name, or has none any more. */
  public Set<Gfid> appeared() {
    return appeared;
  }

  /** Returns names that something was renamed to. */
  public Set<Place> moved() {
    return moved;
  }

  /** Returns names whose directory has to be walked whole. */
  public List<Place> subtrees() {
    return subtrees;
  }

  /** Returns how many looks it asks for. */
  public int size() {
    return size;
  }

  /** Returns whether nothing is dirty. */
  public boolean isEmpty() {
    return size == 0;
  }
}
