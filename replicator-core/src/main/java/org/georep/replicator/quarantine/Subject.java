package org.georep.replicator.quarantine;

import java.util.Objects;
import org.georep.name.Gfid;
import org.georep.name.Place;

/** What is in quarantine: an inode, or a name whose inode is not known. */
public sealed interface Subject {
  /** An inode, whatever its names. */
  record Inode(Gfid gfid) implements Subject {
    /** Checks its part. */
    public Inode {
      Objects.requireNonNull(gfid, "gfid is null");
    }
  }

  /** A name in a directory. */
  record Name(Place place) implements Subject {
    /** Checks its part. */
    public Name {
      Objects.requireNonNull(place, "place is null");
    }
  }

  /** Returns the subject of an inode. */
  static Subject of(Gfid gfid) {
    return new Inode(gfid);
  }

  /** Returns the subject of a name. */
  static Subject of(Place place) {
    return new Name(place);
  }
}
