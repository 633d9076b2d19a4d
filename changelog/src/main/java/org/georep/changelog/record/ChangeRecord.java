package org.georep.changelog.record;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.name.Place;

/**
 * One record of the journal. The first four are GlusterFS's classes E, M and D; the rest are
 * capture's own marks.
 */
public sealed interface ChangeRecord {

  /**
   * E: a name is dirty, look at it.
   *
   * @param place the name
   * @param gfid what the event said was or is there, if it said
   */
  record Entry(Place place, Optional<Gfid> gfid) implements ChangeRecord {
    /** Checks its parts. */
    public Entry {
      Objects.requireNonNull(place, "place is null");
      Objects.requireNonNull(gfid, "gfid is null");
    }
  }

  /** E: two names are dirty, by one rename. */
  record Rename(Place from, Place to, Optional<Gfid> gfid) implements ChangeRecord {
    /** Checks its parts. */
    public Rename {
      Objects.requireNonNull(from, "from is null");
      Objects.requireNonNull(to, "to is null");
      Objects.requireNonNull(gfid, "gfid is null");
    }
  }

  /**
   * M: attributes of an inode are dirty.
   *
   * @param gfid the inode, by the event's own identity, never by what its name holds now
   * @param place a name it had, if known: where to look when it cannot be opened by identity
   */
  record Metadata(Gfid gfid, Optional<Place> place) implements ChangeRecord {
    /** Checks its parts. */
    public Metadata {
      Objects.requireNonNull(gfid, "gfid is null");
      Objects.requireNonNull(place, "place is null");
    }
  }

  /** D: contents of an inode are dirty (and with them its attributes). As {@link Metadata}. */
  record Data(Gfid gfid, Optional<Place> place) implements ChangeRecord {
    /** Checks its parts. */
    public Data {
      Objects.requireNonNull(gfid, "gfid is null");
      Objects.requireNonNull(place, "place is null");
    }
  }

  /**
   * Something may have changed in a directory that was outside the volume when its event was read,
   * or that was not watched until now. The secondary's copy of it, if there is one, is in doubt: it
   * may come back, or be back already, and then has to be listed. Fanotify writes it once for a
   * directory until some directory moves in from outside.
   */
  record Outside(Gfid directory) implements ChangeRecord {
    /** Checks its part. */
    public Outside {
      Objects.requireNonNull(directory, "directory is null");
    }
  }

  /**
   * The directory at this name has to be walked whole: a source without identities saw it arrive,
   * or a mount went from it.
   */
  record Subtree(Place place) implements ChangeRecord {
    /** Checks its part. */
    public Subtree {
      Objects.requireNonNull(place, "place is null");
    }
  }

  /**
   * Capture started: what happened before it and after the last {@link Stopped} or {@link Drained}
   * is not in the journal.
   *
   * @param source which source: fanotify, inotify, gluster
   * @param bootId the kernel's boot id
   * @param capture this run of capture
   * @param coverage share of the volume's directories it sees, 0 to 1
   */
  record Started(String source, String bootId, UUID capture, double coverage)
      implements ChangeRecord {
    /** Checks its parts. */
    public Started {
      Objects.requireNonNull(source, "source is null");
      Objects.requireNonNull(bootId, "bootId is null");
      Objects.requireNonNull(capture, "capture is null");
      if (!(coverage >= 0 && coverage <= 1)) {
        throw new IllegalArgumentException("coverage is from 0 to 1, not " + coverage);
      }
    }
  }

  /** Capture stopped on purpose; what happens from here on is not in the journal. */
  record Stopped() implements ChangeRecord {}

  /**
   * Events were lost: the whole volume has to be crawled.
   *
   * @param reason why, as a sentence without a full stop
   */
  record Gap(String reason) implements ChangeRecord {
    /** Checks its part. */
    public Gap {
      Objects.requireNonNull(reason, "reason is null");
    }
  }

  /**
   * The mark and heartbeat: the kernel's queue was empty, so every change up to {@code upTo} is in
   * the journal before this record.
   *
   * @param upTo the clock as read before the queue was drained empty, less the margin
   */
  record Drained(Instant upTo) implements ChangeRecord {
    /** Checks its part. */
    public Drained {
      Objects.requireNonNull(upTo, "upTo is null");
    }
  }
}
