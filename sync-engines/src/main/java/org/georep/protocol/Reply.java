package org.georep.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.name.VolumeId;

/** What the agent answers. */
public sealed interface Reply {

  /**
   * The secondary is open.
   *
   * @param version the agent's version
   * @param fresh whether it was made or taken over just now, so that everything has to be walked
   * @param stime the stime kept on the secondary
   * @param epoch how often it was promoted
   * @param root whether the agent runs as root
   * @param programs the data programs found there and their versions, such as {@code rsync} to
   *     {@code 3.2.7}
   * @param notes sentences for people: what this secondary cannot hold
   */
  record Welcome(
      String version,
      boolean fresh,
      Optional<Instant> stime,
      long epoch,
      boolean root,
      Map<String, String> programs,
      List<String> notes)
      implements Reply {
    /** Copies its parts. */
    public Welcome {
      programs = Map.copyOf(programs);
      notes = List.copyOf(notes);
    }
  }

  /** Why a secondary is not opened. */
  enum Refusal {
    /** It holds data and is no secondary. */
    NOT_EMPTY,
    /** It is the secondary of another session or volume. */
    OTHER_SESSION,
    /** Another agent has it open. */
    LOCKED,
    /** It was promoted, or its epoch is newer. */
    PROMOTED,
    /** It cannot be made, entered or written, or its file system cannot hold identities. */
    UNUSABLE,
    /** What is kept there was written by a newer version. Said from protocol 3 on. */
    NEWER_FORMAT
  }

  /** The secondary is not opened; {@code sentence} says why and what to do. */
  record Refused(Refusal reason, String sentence) implements Reply {
    /** Checks its parts. */
    public Refused {
      Objects.requireNonNull(reason, "reason is null");
      Objects.requireNonNull(sentence, "sentence is null");
    }
  }

  /**
   * How the lease of a secondary stands.
   *
   * @param session whose secondary it is; empty for nobody's
   * @param volume which volume it is a copy of
   * @param epoch how often it was promoted
   * @param granted whether who asked has the lease and may say Hello
   * @param holder who has it, or had it last; empty if nobody ever had
   * @param live whether that one gave a sign of life within the length of its lease
   * @param stime the stime kept on the secondary
   * @param now milliseconds since the secondary's host was booted
   * @param clock what the holder said of its clock
   * @param filter what the holder said of its filter
   */
  record Standing(
      Optional<UUID> session,
      Optional<VolumeId> volume,
      long epoch,
      boolean granted,
      Optional<LeaseHolder> holder,
      boolean live,
      Optional<Instant> stime,
      long now,
      Optional<ClockBound> clock,
      String filter)
      implements Reply {
    /** Checks its parts. */
    public Standing {
      Objects.requireNonNull(session, "session is null");
      Objects.requireNonNull(volume, "volume is null");
      Objects.requireNonNull(holder, "holder is null");
      Objects.requireNonNull(stime, "stime is null");
      Objects.requireNonNull(clock, "clock is null");
      Objects.requireNonNull(filter, "filter is null");
    }
  }

  /**
   * What the holder of the lease said was noted.
   *
   * @param now milliseconds since the secondary's host was booted
   */
  record Beaten(long now) implements Reply {}

  /** Carried out; nothing to say. */
  record Done() implements Reply {}

  /**
   * The request failed as a whole; nothing of it is to be believed.
   *
   * @param errno the error number that caused it, 0 if none did
   */
  record Failed(int errno, String sentence) implements Reply {
    /** Checks its part. */
    public Failed {
      Objects.requireNonNull(sentence, "sentence is null");
    }
  }

  /**
   * What a crawl found to be missing on the primary.
   *
   * @param leaving entries it did not find where they are here, at most; those that moved within
   *     the volume are among them
   * @param known entries that are here
   * @param most the directories that would lose most, the worst first; at most five
   */
  record Weighed(long leaving, long known, List<EntryPath> most) implements Reply {
    /** Copies its part. */
    public Weighed {
      most = List.copyOf(most);
    }
  }

  /**
   * Of the directories compared, those whose listing is wanted: the digest differs, or the
   * directory is unknown or incomplete.
   */
  record Different(List<Gfid> directories) implements Reply {
    /** Copies its part. */
    public Different {
      directories = List.copyOf(directories);
    }
  }

  /**
   * What came of a reconciliation step.
   *
   * @param data files whose contents are needed
   * @param loops names whose directory lies beneath what belongs there: the chain above has to be
   *     looked at first
   * @param incomplete directories in the tree, not in limbo, whose listing is wanted: incomplete,
   *     and not listed since they became so. The new ones, and of those told before some, by turns;
   *     empty only if there are none
   * @param listed the directories whose listing, complete with this request, was applied
   * @param failures what could not be done
   */
  record Reconciled(
      List<Needed> data,
      List<Place> loops,
      List<Gfid> incomplete,
      List<Gfid> listed,
      List<Failure> failures)
      implements Reply {
    /** Copies its parts. */
    public Reconciled {
      data = List.copyOf(data);
      loops = List.copyOf(loops);
      incomplete = List.copyOf(incomplete);
      listed = List.copyOf(listed);
      failures = List.copyOf(failures);
    }
  }

  /**
   * A file whose contents are needed.
   *
   * @param wanted the token it should have; empty if only its contents are known to be dirty
   * @param have the size of the copy here, or -1 if there is none
   * @param sameToken whether the copy's size and mtime agree already, so that a comparison may save
   *     the transfer
   */
  record Needed(Gfid gfid, Optional<Token> wanted, long have, boolean sameToken) {
    /** Checks its parts. */
    public Needed {
      Objects.requireNonNull(gfid, "gfid is null");
      Objects.requireNonNull(wanted, "wanted is null");
    }
  }

  /**
   * One entry could not be brought to its desired state; its neighbours were.
   *
   * @param place the name, if it is about one
   * @param gfid the inode, if it is about one
   * @param errno the error number, 0 if none
   * @param reason words for people
   */
  record Failure(Optional<Place> place, Optional<Gfid> gfid, int errno, String reason) {
    /** Checks its parts. */
    public Failure {
      Objects.requireNonNull(place, "place is null");
      Objects.requireNonNull(gfid, "gfid is null");
      Objects.requireNonNull(reason, "reason is null");
    }
  }

  /**
   * What a preview would do, in words: {@code create}, {@code update}, {@code move}, {@code
   * delete}, {@code attributes}.
   */
  record Previewed(List<Change> changes, List<Gfid> unknown) implements Reply {
    /** Copies its parts. */
    public Previewed {
      changes = List.copyOf(changes);
      unknown = List.copyOf(unknown);
    }
  }

  /** One change a preview found. */
  record Change(String what, EntryPath path) {
    /** Checks its parts. */
    public Change {
      Objects.requireNonNull(what, "what is null");
      Objects.requireNonNull(path, "path is null");
    }
  }

  /** Of the files compared, those whose contents agree. */
  record Same(List<Gfid> files, List<Gfid> directories) implements Reply {
    /** Copies its parts. */
    public Same {
      files = List.copyOf(files);
      directories = List.copyOf(directories);
    }
  }

  /** What the data channel has to show to write into the job's place: 32 hexadecimal digits. */
  record JobOpened(String ticket) implements Reply {
    /** Checks its part. */
    public JobOpened {
      Objects.requireNonNull(ticket, "ticket is null");
    }
  }

  /**
   * Whether there is a copy to take from, and how it is.
   *
   * @param size its size in bytes, -1 if there is none
   */
  record BasisOpened(long size) implements Reply {}

  /** The digests of the blocks asked for, one behind the other. */
  record Digests(byte[] values) implements Reply {
    /** Checks its part. */
    public Digests {
      Objects.requireNonNull(values, "values is null");
    }
  }

  /**
   * What came of publishing.
   *
   * @param published files now visible under all their names
   * @param unwanted files no name here wants any more
   * @param missing files that are not in the stage, or not of the size their state says: to be sent
   *     again
   * @param failures what could not be published
   * @param directories directories touched: their attributes have to be looked at and sent again
   */
  record Published(
      List<Gfid> published,
      List<Gfid> unwanted,
      List<Gfid> missing,
      List<Failure> failures,
      List<Gfid> directories)
      implements Reply {
    /** Copies its parts. */
    public Published {
      published = List.copyOf(published);
      unwanted = List.copyOf(unwanted);
      missing = List.copyOf(missing);
      failures = List.copyOf(failures);
      directories = List.copyOf(directories);
    }
  }

  /**
   * Everything before the barrier is durable.
   *
   * @param limbo how many items limbo holds now
   * @param discarded how many entries left the secondary for good with this barrier
   * @param trouble what keeps the secondary from taking everything, and what to do, in a sentence
   */
  record Synced(long limbo, long discarded, Optional<String> trouble) implements Reply {
    /** Checks its parts. */
    public Synced {
      Objects.requireNonNull(trouble, "trouble is null");
    }
  }

  /** Of the parts examined, the positions of those that differ, counted from 0. */
  record Examined(List<Integer> different) implements Reply {
    /** Copies its part. */
    public Examined {
      different = List.copyOf(different);
    }
  }

  /**
   * What an inspection found.
   *
   * @param findings the differences
   * @param upTo if given, names behind this one were not looked at: there was too much to tell
   */
  record Inspected(List<Finding> findings, Optional<FileName> upTo) implements Reply {
    /** Copies its part. */
    public Inspected {
      findings = List.copyOf(findings);
      Objects.requireNonNull(upTo, "upTo is null");
    }
  }

  /** The digests, 32 bytes each; none where the file is not here or not to be read. */
  record Hashed(List<Optional<byte[]>> digests) implements Reply {
    /** Copies its part. */
    public Hashed {
      digests = List.copyOf(digests);
    }
  }

  /**
   * How things stand at a secondary.
   *
   * @param clock the time there
   * @param exists whether the directory is there
   * @param free bytes an ordinary user may still take on its file system, or the one it would be on
   * @param size bytes of that file system
   * @param inodesFree inodes free on it; negative where they are not counted
   * @param session whose secondary it is; empty for nobody's
   * @param promoted when it was promoted, if it is a primary now
   * @param within the nearest directory above it that is a secondary itself
   */
  record Surveyed(
      Instant clock,
      boolean exists,
      long free,
      long size,
      long inodesFree,
      Optional<UUID> session,
      Optional<Instant> promoted,
      Optional<String> within)
      implements Reply {
    /** Checks its parts. */
    public Surveyed {
      Objects.requireNonNull(clock, "clock is null");
      Objects.requireNonNull(session, "session is null");
      Objects.requireNonNull(promoted, "promoted is null");
      Objects.requireNonNull(within, "within is null");
    }
  }

  /** What was set aside, in ascending order of path; empty when there is no more. */
  record Conflicts(List<Conflict> found) implements Reply {
    /** Copies its part. */
    public Conflicts {
      found = List.copyOf(found);
    }
  }

  /**
   * Something that was set aside.
   *
   * @param path below {@code .georep/conflicts}: the time, then where it was
   * @param size in bytes
   * @param mtime its last change
   */
  record Conflict(EntryPath path, Kind kind, long size, Instant mtime) {
    /** Checks its parts. */
    public Conflict {
      Objects.requireNonNull(path, "path is null");
      Objects.requireNonNull(kind, "kind is null");
      Objects.requireNonNull(mtime, "mtime is null");
    }
  }

  /**
   * The secondary is promoted, or would be.
   *
   * @param session whose secondary it was
   * @param volume which volume it is a copy of
   * @param epoch how often it was promoted by now
   * @param at when
   * @param stime up to when it is in step; empty if it never was
   * @param before whether it was promoted before this request
   * @param ended whether an agent that had it open was ended
   * @param known whether the rest is known: not if an agent has it open
   * @param incomplete how many directories may not have all their names
   * @param doubted how many entries were changed on the primary, and the change did not arrive
   *     whole
   * @param placeless how many entries lost their name and got no other, and were set aside
   * @param paths of what is incomplete or doubted; a bounded number
   * @param origin where the primary was
   */
  record Promoted(
      UUID session,
      VolumeId volume,
      long epoch,
      Instant at,
      Optional<Instant> stime,
      boolean before,
      boolean ended,
      boolean known,
      long incomplete,
      long doubted,
      long placeless,
      List<EntryPath> paths,
      Optional<Origin> origin)
      implements Reply {
    /** Checks and copies its parts. */
    public Promoted {
      Objects.requireNonNull(session, "session is null");
      Objects.requireNonNull(volume, "volume is null");
      Objects.requireNonNull(at, "at is null");
      Objects.requireNonNull(stime, "stime is null");
      Objects.requireNonNull(origin, "origin is null");
      paths = List.copyOf(paths);
    }
  }

  /**
   * Some of the files of a promoted secondary.
   *
   * @param former which volume it was a copy of
   * @param epoch how often it was promoted
   * @param last whether these are the last
   */
  record Kin(VolumeId former, long epoch, List<Relative> relatives, boolean last) implements Reply {
    /** Checks and copies its parts. */
    public Kin {
      Objects.requireNonNull(former, "former is null");
      relatives = List.copyOf(relatives);
    }
  }

  /**
   * An old primary is a secondary now.
   *
   * @param same entries known again, and unchanged on both sides
   * @param changed entries known again and to be compared
   * @param foreign entries that are not known: what is in the way of them is set aside
   */
  record HandedOver(long same, long changed, long foreign) implements Reply {}
}
