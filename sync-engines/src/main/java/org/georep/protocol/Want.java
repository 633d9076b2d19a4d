package org.georep.protocol;

import java.util.Objects;
import org.georep.name.FileName;
import org.georep.name.Place;

/** What a name on the primary holds now. */
public sealed interface Want {
  /** Returns the name within its directory. */
  FileName name();

  /** Nothing. */
  record Absent(FileName name) implements Want {
    /** Checks its part. */
    public Absent {
      Objects.requireNonNull(name, "name is null");
    }
  }

  /** An inode in this state. */
  record Present(FileName name, EntryState state) implements Want {
    /** Checks its parts. */
    public Present {
      Objects.requireNonNull(name, "name is null");
      Objects.requireNonNull(state, "state is null");
    }
  }

  /**
   * A mount of another file system covers it: whatever the secondary has below that name is kept;
   * where it has nothing, an empty directory is made.
   */
  record Covered(FileName name) implements Want {
    /** Checks its part. */
    public Covered {
      Objects.requireNonNull(name, "name is null");
    }
  }

  /**
   * An entry the session leaves out: what the secondary has at that name is kept, nothing is made.
   */
  record Excluded(FileName name) implements Want {
    /** Checks its part. */
    public Excluded {
      Objects.requireNonNull(name, "name is null");
    }
  }

  /** A want together with the directory it is in. */
  record At(org.georep.name.Gfid directory, Want want) {
    /** Checks its parts. */
    public At {
      Objects.requireNonNull(directory, "directory is null");
      Objects.requireNonNull(want, "want is null");
    }

    /** Returns the place. */
    public Place place() {
      return new Place(directory, want.name());
    }
  }
}
