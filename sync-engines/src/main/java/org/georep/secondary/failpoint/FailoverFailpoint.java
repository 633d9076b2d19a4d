package org.georep.secondary.failpoint;

import org.georep.posix.Failpoint;

/** Failpoints of promoting and of handing over, each in order. */
public enum FailoverFailpoint implements Failpoint {
  /** The newer epoch is durable: no agent opens the secondary any more. */
  PROMOTE_FENCED,
  /** The lock is ours. */
  PROMOTE_LOCKED,
  /** What is lacking is written down. */
  PROMOTE_TOLD,
  /** Limbo is empty. */
  PROMOTE_EMPTIED,
  /** The inventory is closed, all is durable. */
  PROMOTE_CLOSED,

  /** Whatever was known of kin is on disk, nothing of the tree is marked. */
  HANDOVER_TAKEN,
  /** stime is gone and the root marked. */
  HANDOVER_BEGUN,
  /** All is marked, the new inventory is durable; whose it is is not written. */
  HANDOVER_MARKED
}
