package org.georep.replicator.failpoint;

import org.georep.posix.Failpoint;

/** Failpoints of the replicator. */
public enum ReplicatorFailpoint implements Failpoint {
  /** A crawl has begun. */
  CRAWL_BEGUN,
  /** All of a crawl is walked and listed; the agent was told so. */
  CRAWL_WALKED,
  /** A crawl has ended: its batch may be claimed. */
  CRAWL_ENDED,

  /** A portion of the journal is read. */
  STEP_READ,
  /** The secondary has answered the entries of a step; nothing of it is noted here. */
  STEP_ANSWERED,
  /** What failed in a step is in quarantine. */
  STEP_NOTED,
  /** The contents a step needs are with the pool. */
  STEP_HANDED_OVER,
  /** What the end of contents means is noted. */
  CONTENTS_NOTED,

  /** Directories that publishing touched have their attributes. */
  BARRIER_REFRESHED,
  /** The secondary is asked for a barrier. */
  BARRIER_ASKED,
  /** It has answered; nothing is kept here. */
  BARRIER_ANSWERED,
  /** stime and position are durable here; the journal does not know. */
  STATE_WRITTEN,
  /** The journal knows. */
  STATE_ACKNOWLEDGED,

  /** Lines of the quarantine are written, not synced. */
  QUARANTINE_WRITTEN,
  /** They are durable. */
  QUARANTINE_APPENDED,
  /** The quarantine is written anew. */
  QUARANTINE_REWRITTEN
}
