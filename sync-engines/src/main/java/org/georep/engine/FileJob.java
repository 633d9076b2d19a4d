package org.georep.engine;

import java.util.Objects;
import org.georep.name.Gfid;

/**
 * A file whose contents have to go over.
 *
 * @param batch the batch that asked for it; the batch is not done before this job is
 * @param gfid the file
 * @param size its size at the last look, or -1 if it was not looked at: for choosing an engine and
 *     for progress only
 * @param have the size of the secondary's copy, or -1 if it has none
 * @param sameToken whether the copy's size and mtime agree, so that a comparison may save the
 *     transfer
 */
public record FileJob(long batch, Gfid gfid, long size, long have, boolean sameToken) {
  /** Checks its part. */
  public FileJob {
    Objects.requireNonNull(gfid, "gfid is null");
  }
}
