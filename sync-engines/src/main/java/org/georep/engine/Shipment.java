package org.georep.engine;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.georep.name.Gfid;
import org.georep.protocol.Request.Staged;

/**
 * What an engine made of the files it was given; each is in exactly one of the parts.
 *
 * @param staged believed to be in the stage, whole and unchanged since they were read
 * @param ended for these there is nothing to publish
 * @param later not sent yet: to be given to this engine again, in another job
 * @param unfit this engine cannot carry them
 * @param missing what to think of a staged file the agent does not find: {@link Missing}
 */
public record Shipment(
    List<Staged> staged,
    Map<Gfid, Outcome> ended,
    List<Gfid> later,
    List<Gfid> unfit,
    Missing missing) {
  /** Copies its parts. */
  public Shipment {
    staged = List.copyOf(staged);
    ended = Map.copyOf(ended);
    later = List.copyOf(later);
    unfit = List.copyOf(unfit);
    Objects.requireNonNull(missing, "missing is null");
  }

  /** What to do with a file that did not arrive. */
  public sealed interface Missing {
    /** Try again later; for all the same reason. */
    record Again(String reason) implements Missing {
      /** Checks its part. */
      public Again {
        Objects.requireNonNull(reason, "reason is null");
      }
    }

    /** Let another engine carry it, which will know why. */
    record Otherwise() implements Missing {}
  }
}
