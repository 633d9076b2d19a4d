package org.georep.replicator.apply;

import java.util.Collection;
import org.georep.name.Gfid;
import org.georep.protocol.Reply;

/** What steps may come to. */
public final class StepResults {
  private StepResults() {}

  /** Returns that of a step with these failures, which listed these directories. */
  public static StepResult of(Collection<Reply.Failure> failures, Collection<Gfid> listed) {
    StepResult result = new StepResult();
    result.failures.addAll(failures);
    result.listed.addAll(listed);
    return result;
  }
}
