package org.georep.replicator.apply;

import java.util.List;
import org.georep.name.Gfid;
import org.georep.replicator.plan.DirtySet;

/**
 * One batch of work for the entry phase.
 *
 * @param batch its number, from 1 on, each one more than the last
 * @param dirty what records made dirty
 * @param lists directories to be listed whole
 */
public record Step(long batch, DirtySet dirty, List<Gfid> lists) {
  /** Copies its parts. */
  public Step {
    lists = List.copyOf(lists);
  }
}
