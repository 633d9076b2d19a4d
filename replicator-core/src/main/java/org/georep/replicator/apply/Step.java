package org.georep.replicator.apply;

import java.util.List;
import java.util.Set;
import org.georep.name.Gfid;
import org.georep.replicator.plan.DirtySet;

/**
 * One batch of work for the entry phase.
 *
 * @param batch its number, from 1 on, each one more than the last
 * @param dirty what records made dirty
 * @param lists directories to be listed whole
 * @param wholly of those to be listed, those below which everything is to be listed
 * @param listsNew whether directories that appeared are listed before the agent asks for it; not
 *     while a crawl holds listings back
 */
public record Step(
    long batch, DirtySet dirty, List<Gfid> lists, Set<Gfid> wholly, boolean listsNew) {
  /** Copies its parts. */
  public Step {
    lists = List.copyOf(lists);
    wholly = Set.copyOf(wholly);
  }
}
