package org.georep.secondary.receive;

import java.util.Objects;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;

/**
 * A file that came to its end: in the stage, if it could be written and is not wrong.
 *
 * @param batch the batch its contents were read for
 * @param state what it has to be
 * @param name its name among the stage's contents
 * @param failure why it could not be written
 * @param wrong whether what was put together is not what it should be
 * @param whole whether it has its mark, token and all attributes already
 */
public record Received(
    long batch,
    EntryState state,
    FileName name,
    Optional<PosixException> failure,
    boolean wrong,
    boolean whole) {
  /** Checks its parts. */
  public Received {
    Objects.requireNonNull(state, "state is null");
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(failure, "failure is null");
  }
}
