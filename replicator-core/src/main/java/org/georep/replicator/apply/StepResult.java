package org.georep.replicator.apply;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.protocol.EntryState;
import org.georep.protocol.Reply;

/** What a step came to. Filled by {@link EntryPhase}. */
public final class StepResult {
  final Set<Gfid> needed = new HashSet<>();
  final List<Place> loops = new ArrayList<>();
  final Set<Gfid> incomplete = new LinkedHashSet<>();
  final Set<Gfid> listed = new LinkedHashSet<>();
  final List<Gfid> left = new ArrayList<>();
  final List<Gfid> wholly = new ArrayList<>();
  final List<Reply.Failure> failures = new ArrayList<>();
  final List<Place> looked = new ArrayList<>();
  final List<EntryState> liveDirectories = new ArrayList<>();
  final List<EntryState> liveFiles = new ArrayList<>();
  long looks;
  long names;
  long inodes;

  StepResult() {}

  /** Returns the files whose contents were needed: those decide how it ended for them. */
  public Set<Gfid> needed() {
    return needed;
  }

  /** Returns names whose directory chain has to be looked at together with them. */
  public List<Place> loops() {
    return loops;
  }

  /** Returns directories the agent says are incomplete. */
  public Set<Gfid> incomplete() {
    return incomplete;
  }

  /** Returns directories listed whole. */
  public Set<Gfid> listed() {
    return listed;
  }

  /** Returns directories still to be listed: there was enough to do without them. */
  public List<Gfid> left() {
    return left;
  }

  /** Returns directories to be listed with everything below. */
  public List<Gfid> wholly() {
    return wholly;
  }

  /** Returns what failed, here or there. */
  public List<Reply.Failure> failures() {
    return failures;
  }

  /** Returns names looked at because they were dirty: what failed there before is tried now. */
  public List<Place> looked() {
    return looked;
  }

  /** Returns directories found at dirty names: a crawl enters them again. */
  public List<EntryState> liveDirectories() {
    return liveDirectories;
  }

  /** Returns files found at dirty names: a crawl may have to compare them. */
  public List<EntryState> liveFiles() {
    return liveFiles;
  }

  /** Returns how many entries were looked at. */
  public long looks() {
    return looks;
  }

  /** Returns how many of these looks were at a name. */
  public long names() {
    return names;
  }

  /** Returns of how many entries contents or attributes were dirty, however they were looked at. */
  public long inodes() {
    return inodes;
  }
}
