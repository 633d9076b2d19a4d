package org.georep.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;

/**
 * What the replicator asks of the agent. Each is answered by the {@link Reply} named with it, or by
 * {@link Reply.Failed}.
 *
 * <p>More than 500 lines, for it is a list: every kind there is, with its checks and no other code.
 */
public sealed interface Request {

  /** How a secondary is opened. */
  enum Mode {
    /** Only an empty or missing directory, or one that is this session's already. */
    REPLICATE,
    /** Also one that holds other data: what equals by name, kind, size and mtime is taken over. */
    ADOPT,
    /** As ADOPT, but contents are compared too. */
    ADOPT_CHECKSUM,
    /** Nothing is changed, not even made: only {@link Preview} follows. */
    PREVIEW
  }

  /**
   * First on every connection. Answered by {@link Reply.Welcome} or {@link Reply.Refused}.
   *
   * @param root the secondary's directory, absolute, or relative to the user's home
   * @param session whose secondary it is
   * @param volume the primary's volume
   * @param rootGfid the gfid of the primary's root; at the secondary it stands for the root there
   * @param primary how people call the primary, for messages
   * @param keeping what stays on the secondary although the primary does not have it
   * @param minFree how much of the secondary's file system stays free
   * @param epoch how often the secondary was promoted when this session last met it; an older one
   *     than the secondary's own is refused
   * @param origin how the primary is found again after the secondary was promoted, if told
   */
  record Hello(
      byte[] root,
      UUID session,
      VolumeId volume,
      Gfid rootGfid,
      Mode mode,
      String primary,
      Keeping keeping,
      MinFree minFree,
      long epoch,
      Optional<Origin> origin)
      implements Request {
    /** Checks its parts. */
    public Hello {
      Objects.requireNonNull(origin, "origin is null");
      Objects.requireNonNull(root, "root is null");
      Objects.requireNonNull(session, "session is null");
      Objects.requireNonNull(volume, "volume is null");
      Objects.requireNonNull(rootGfid, "rootGfid is null");
      Objects.requireNonNull(mode, "mode is null");
      Objects.requireNonNull(primary, "primary is null");
      Objects.requireNonNull(keeping, "keeping is null");
      Objects.requireNonNull(minFree, "minFree is null");
    }

    /** The greeting of a session that knows nothing of promotions. */
    public Hello(
        byte[] root,
        UUID session,
        VolumeId volume,
        Gfid rootGfid,
        Mode mode,
        String primary,
        Keeping keeping,
        MinFree minFree) {
      this(root, session, volume, rootGfid, mode, primary, keeping, minFree, 0, Optional.empty());
    }
  }

  /**
   * Makes a secondary an ordinary directory that no session writes to any more. No Hello comes
   * before. Answered by {@link Reply.Promoted} or {@link Reply.Refused}.
   *
   * @param root as in {@link Hello}
   * @param dryRun only say what would come of it
   */
  record Promote(byte[] root, boolean dryRun) implements Request {
    /** Checks its part. */
    public Promote {
      Objects.requireNonNull(root, "root is null");
    }
  }

  /**
   * Asks a promoted secondary, portion by portion, which of its files stands for which of the old
   * primary's. No Hello comes before. Answered by {@link Reply.Kin} or {@link Reply.Refused}.
   *
   * @param root as in {@link Hello}; the same in every request of a connection
   */
  record NextKin(byte[] root) implements Request {
    /** Checks its part. */
    public NextKin {
      Objects.requireNonNull(root, "root is null");
    }
  }

  /**
   * Makes an old primary the secondary of the one that was promoted in its stead; {@link TakeKin}
   * follow. No Hello comes before. Answered by {@link Reply.HandedOver}, with nothing to be done
   * where that has happened already or there is nothing to know again, by {@link Reply.Done} where
   * kin are awaited, or by {@link Reply.Refused}.
   *
   * @param root the old primary
   * @param session whose secondary it becomes
   * @param volume the promoted one's volume
   * @param rootGfid the gfid of the promoted one's root
   * @param former which volume the promoted one was a copy of
   * @param epoch the promoted one's
   * @param primary how people call the promoted one
   */
  record Handover(
      byte[] root,
      UUID session,
      VolumeId volume,
      Gfid rootGfid,
      VolumeId former,
      long epoch,
      String primary)
      implements Request {
    /** Checks its parts. */
    public Handover {
      Objects.requireNonNull(root, "root is null");
      Objects.requireNonNull(session, "session is null");
      Objects.requireNonNull(volume, "volume is null");
      Objects.requireNonNull(rootGfid, "rootGfid is null");
      Objects.requireNonNull(former, "former is null");
      Objects.requireNonNull(primary, "primary is null");
    }
  }

  /**
   * Some of what {@link Handover} announced. Answered by {@link Reply.Done}, and the last by {@link
   * Reply.HandedOver}.
   */
  record TakeKin(List<Relative> relatives, boolean last) implements Request {
    /** Copies its part. */
    public TakeKin {
      relatives = List.copyOf(relatives);
    }
  }

  /**
   * Asks who has the lease of a secondary, and for it, if somebody is named. No Hello comes before;
   * when it is granted one follows on the same connection, and the frames that arrive on it renew
   * the lease. May be asked again. Answered by {@link Reply.Standing} or {@link Reply.Refused}.
   *
   * @param root as in {@link Hello}
   * @param candidate who would have it; empty to look only
   */
  record Stand(byte[] root, Optional<Candidate> candidate) implements Request {
    /** Checks its parts. */
    public Stand {
      Objects.requireNonNull(root, "root is null");
      Objects.requireNonNull(candidate, "candidate is null");
    }
  }

  /**
   * What the holder of the lease tells the others. Answered by {@link Reply.Beaten}.
   *
   * @param clock how its clock stands to the secondary's host, if that is known
   * @param filter what its filter is known by; empty without one
   */
  record LeaseBeat(Optional<ClockBound> clock, String filter) implements Request {
    /** Checks its parts. */
    public LeaseBeat {
      Objects.requireNonNull(clock, "clock is null");
      Objects.requireNonNull(filter, "filter is null");
    }
  }

  /** Answered by {@link Reply.Done}; keeps the connection alive and measures it. */
  record Ping() implements Request {}

  /**
   * Asks whether packed contents can be unpacked. Answered by {@link Reply.Done}, or {@link
   * Reply.Failed} if not.
   */
  record Unpacks() implements Request {}

  /**
   * A hybrid crawl begins: from here on the agent notes the directories it meets. Answered by
   * {@link Reply.Done}.
   */
  record CrawlBegin() implements Request {}

  /**
   * The crawl met these directories; where the digest of what the agent last applied agrees,
   * nothing follows. Answered by {@link Reply.Different}.
   */
  record Compare(List<DirectoryDigest> directories) implements Request {
    /** Copies its part. */
    public Compare {
      directories = List.copyOf(directories);
    }
  }

  /**
   * Asks, between a crawl's last {@link Compare} and its end, how much of what is here the crawl
   * did not find any more. Answered by {@link Reply.Weighed}.
   */
  record Weigh() implements Request {}

  /**
   * The crawl has ended: every directory it did not meet, in the tree and in limbo, is incomplete
   * as of {@code batch} and the contents of the files in it and in limbo are in doubt. Answered by
   * {@link Reply.Done}.
   */
  record CrawlEnd(long batch) implements Request {}

  /**
   * One reconciliation step. Answered by {@link Reply.Reconciled}.
   *
   * @param batch the batch it belongs to, from 1 on, never less than in an earlier request
   * @param doubts directories that are outside the volume on the primary: incomplete if known here,
   *     contents of their files in doubt
   * @param dirtyContents inodes whose contents changed: their token is taken away first
   * @param metadata attributes to be set on known inodes, whatever their names
   * @param wants dirty names, in the order they were looked at
   * @param listings whole directories
   * @param directories attributes of directories, set after all else in this request and again
   *     after every later change in them
   */
  record Reconcile(
      long batch,
      List<Gfid> doubts,
      List<Gfid> dirtyContents,
      List<EntryState> metadata,
      List<Want.At> wants,
      List<Listing> listings,
      List<EntryState> directories)
      implements Request {
    /** Copies its parts. */
    public Reconcile {
      doubts = List.copyOf(doubts);
      dirtyContents = List.copyOf(dirtyContents);
      metadata = List.copyOf(metadata);
      wants = List.copyOf(wants);
      listings = List.copyOf(listings);
      directories = List.copyOf(directories);
    }
  }

  /**
   * As {@link Reconcile} with one listing, but only says what it would do. Answered by {@link
   * Reply.Previewed}.
   */
  record Preview(EntryPath path, Listing listing) implements Request {
    /** Checks its parts. */
    public Preview {
      Objects.requireNonNull(path, "path is null");
      Objects.requireNonNull(listing, "listing is null");
    }
  }

  /**
   * Compares contents without sending them. Answered by {@link Reply.Same}: of those whose copy
   * here has this size and digest, the copy is up to date now and has these attributes.
   */
  record CompareContents(long batch, List<Content> files) implements Request {
    /** Copies its part. */
    public CompareContents {
      files = List.copyOf(files);
    }
  }

  /** A file's state as of when its contents were read, and their {@link ContentDigest}. */
  record Content(EntryState state, byte[] digest) {
    /** Checks its parts. */
    public Content {
      Objects.requireNonNull(state, "state is null");
      if (digest.length != 32) {
        throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + digest.length);
      }
    }
  }

  /**
   * Files that changed since events may be missing. Answered by {@link Reply.Different}: those
   * known here whose contents were not read at exactly this ctime, so that only a comparison can
   * tell whether they are right.
   */
  record Suspects(List<Suspect> files) implements Request {
    /** Copies its part. */
    public Suspects {
      files = List.copyOf(files);
    }
  }

  /** A file as a crawl met it. */
  record Suspect(Gfid gfid, Instant ctime, long size) {
    /** Checks its parts. */
    public Suspect {
      Objects.requireNonNull(gfid, "gfid is null");
      Objects.requireNonNull(ctime, "ctime is null");
    }
  }

  /**
   * Makes a place in the stage into which one data channel may write, once. Answered by {@link
   * Reply.JobOpened}.
   *
   * @param job its number, never used before on this connection
   * @param engine {@code tarssh} or {@code rsync}
   */
  record OpenJob(long job, String engine) implements Request {
    /** Checks its part. */
    public OpenJob {
      Objects.requireNonNull(engine, "engine is null");
    }
  }

  /**
   * Complete files of a job are to be published under all names of their gfid, in this state.
   * Answered by {@link Reply.Published}.
   */
  record Publish(long batch, long job, List<Staged> files) implements Request {
    /** Copies its part. */
    public Publish {
      files = List.copyOf(files);
    }
  }

  /**
   * A file that arrived.
   *
   * @param path where it is below the job's place in the stage
   * @param state attributes read after its contents, equal to those before
   */
  record Staged(EntryPath path, EntryState state) {
    /** Checks its parts. */
    public Staged {
      Objects.requireNonNull(path, "path is null");
      Objects.requireNonNull(state, "state is null");
    }
  }

  /**
   * Opens the secondary's copy of a file, for {@link DigestBlocks} and {@link Piece.Copy}. Answered
   * by {@link Reply.BasisOpened}.
   *
   * @param basis its number, above 0 and never used before on this connection
   */
  record OpenBasis(long basis, Gfid gfid) implements Request {
    /** Checks its part. */
    public OpenBasis {
      Objects.requireNonNull(gfid, "gfid is null");
    }
  }

  /**
   * Asks for the digests of ranges of a basis, block by block, as {@link BlockDigests} makes them.
   * Answered by {@link Reply.Digests}, out of turn: nothing waits for it.
   *
   * @param block how long a block is, in bytes, 512 to 16 MiB
   * @param digest how many bytes of each digest are wanted, 4 to 32; 4 is {@link BlockDigests#SUM},
   *     to agents that speak {@link Protocols#BLOCK_SUMS}
   */
  record DigestBlocks(long basis, int block, int digest, List<Range> ranges) implements Request {
    /** Checks its parts. */
    public DigestBlocks {
      ranges = List.copyOf(ranges);
      if (block < 512 || block > 16 << 20 || digest < 4 || digest > 32) {
        throw new IllegalArgumentException("no digests: " + digest + " bytes of " + block);
      }
    }
  }

  /**
   * The digests of all blocks of a file's copy were found to be those of the primary's. Answered by
   * {@link Reply.Same}: the copy is up to date now and has these attributes, unless it was changed
   * or doubted meanwhile.
   *
   * @param basis the copy that was digested
   */
  record Confirm(long batch, long basis, EntryState state) implements Request {
    /** Checks its part. */
    public Confirm {
      Objects.requireNonNull(state, "state is null");
    }
  }

  /**
   * A part of a file.
   *
   * @param offset at least 0
   * @param length at least 0
   */
  record Range(long offset, long length) {
    /** Checks its parts. */
    public Range {
      if (offset < 0 || length < 0 || offset + length < 0) {
        throw new IllegalArgumentException("no range: " + offset + " + " + length);
      }
    }
  }

  /**
   * A basis is not needed after all; one that a file began with is closed at that file's end.
   * Answered by {@link Reply.Done}.
   */
  record CloseBasis(long basis) implements Request {}

  /** The job is over; what is left in its place is removed. Answered by {@link Reply.Done}. */
  record CloseJob(long job) implements Request {}

  /**
   * Makes everything done so far durable, then: clears the incomplete marks of directories no batch
   * after {@code upToBatch} has doubted, writes stime, lets go of what limbo holds since a batch up
   * to {@code discardUpTo}. Answered by {@link Reply.Synced}.
   *
   * @param upToBatch the last batch all of whose data is published
   * @param listed directories those batches listed whole
   * @param stime the new stime, if it moves
   * @param discardUpTo items detached by a batch up to this one may go; -1 for none
   */
  record Barrier(long upToBatch, List<Gfid> listed, Optional<Instant> stime, long discardUpTo)
      implements Request {
    /** Checks its parts. */
    public Barrier {
      listed = List.copyOf(listed);
      Objects.requireNonNull(stime, "stime is null");
    }
  }

  /**
   * Compares parts of directories with what is really there, whatever the inventory says. At most
   * some thousand entries in all, so that nothing else waits for long. Answered by {@link
   * Reply.Examined}.
   */
  record Examine(List<SpanDigest> spans) implements Request {
    /** Copies its part. */
    public Examine {
      spans = List.copyOf(spans);
    }
  }

  /**
   * Compares entries one by one with what is really there, and changes nothing. Answered by {@link
   * Reply.Inspected}.
   *
   * @param directory which directory
   * @param itself its own attributes, if they are to be compared
   * @param span if given, names in it that are not among {@code wants} are too many
   * @param wants names, each once
   */
  record Inspect(
      Gfid directory, Optional<EntryState> itself, Optional<NameSpan> span, List<Want> wants)
      implements Request {
    /** Checks its parts. */
    public Inspect {
      Objects.requireNonNull(directory, "directory is null");
      Objects.requireNonNull(itself, "itself is null");
      Objects.requireNonNull(span, "span is null");
      wants = List.copyOf(wants);
    }
  }

  /**
   * Asks for the SHA-256 of parts of files, {@value #MOST_HASHED} bytes in all at most. Answered by
   * {@link Reply.Hashed}.
   */
  record Hash(List<Piece> pieces) implements Request {
    /** How many bytes one request may ask for: a fraction of a second's reading. */
    public static final long MOST_HASHED = 16L << 20;

    /** Copies its part. */
    public Hash {
      pieces = List.copyOf(pieces);
    }
  }

  /**
   * A part of a file.
   *
   * @param offset of its first byte, 0 or more
   * @param length in bytes, 0 or more
   */
  record Piece(Gfid gfid, long offset, long length) {
    /** Checks its parts. */
    public Piece {
      Objects.requireNonNull(gfid, "gfid is null");
      if (offset < 0 || length < 0) {
        throw new IllegalArgumentException("a part of a file at " + offset + " of " + length);
      }
    }
  }

  /**
   * Contents of these files are not what georep left: what is here of them is kept among the
   * conflicts when it is replaced. Answered by {@link Reply.Done}.
   */
  record Disown(List<Gfid> files) implements Request {
    /** Copies its part. */
    public Disown {
      files = List.copyOf(files);
    }
  }

  /**
   * Asks what was set aside. Answered by {@link Reply.Conflicts}.
   *
   * @param after the last one known, to go on behind it; the root for the first
   */
  record ListConflicts(EntryPath after) implements Request {
    /** Checks its part. */
    public ListConflicts {
      Objects.requireNonNull(after, "after is null");
    }
  }

  /**
   * Asks how things stand at the secondary, after a Hello with mode PREVIEW. Changes nothing.
   * Answered by {@link Reply.Surveyed}.
   */
  record Survey() implements Request {}

  /**
   * The connection ends on purpose: the agent makes its inventory durable, notes a clean end and
   * exits. Answered by {@link Reply.Done}.
   */
  record Goodbye() implements Request {}
}
