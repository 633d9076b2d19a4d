package org.georep.replicator.verify;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.protocol.EntryState;
import org.georep.protocol.Finding;
import org.georep.protocol.Want;

/**
 * What differed when it was looked at, and may be on its way.
 *
 * @param key where
 * @param path for people, as of the walk
 * @param finding what the agent saw
 * @param primary the primary's entry when it was looked at
 * @param seen the primary's clock after both had been looked at
 * @param looks how often it was looked at
 */
record Candidate(Key key, EntryPath path, Finding finding, Print primary, Instant seen, int looks) {
  /** A name in a directory, or, without a name, the directory itself. */
  record Key(Gfid directory, Optional<FileName> name) {}

  /**
   * What tells whether an entry of the primary is the same as before: every change moves ctime.
   *
   * @param gfid empty if nothing was there
   */
  record Print(Optional<Gfid> gfid, Optional<Instant> ctime, long size, boolean directory) {
    static final Print NOTHING = new Print(Optional.empty(), Optional.empty(), 0, false);

    static Print of(EntryState state) {
      return new Print(
          Optional.of(state.gfid()), Optional.of(state.ctime()), state.size(), state.isDirectory());
    }

    static Print of(Want want) {
      return want instanceof Want.Present present ? of(present.state()) : NOTHING;
    }

    /** As far as a directory's name goes: what changes within it does not matter. */
    boolean sameAs(Print other, boolean asName) {
      return (asName && directory && other.directory) ? gfid.equals(other.gfid) : equals(other);
    }
  }

  Candidate {
    Objects.requireNonNull(key, "key is null");
  }

  Candidate again(Finding now, Print print, Instant at) {
    return new Candidate(key, path, now, print, at, looks + 1);
  }
}
