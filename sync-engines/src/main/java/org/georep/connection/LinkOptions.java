package org.georep.connection;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a secondary is to be reached.
 *
 * @param sshOptions as after {@code ssh -o}, such as {@code Port=2222}
 * @param sshKey the one key to use, instead of those ssh would try
 * @param agentCommand what to run on the secondary's host instead of looking for the agent there;
 *     given to the login shell as it is
 * @param timeout how long the far end may be silent; also for reaching it; 100 ms to a day
 */
public record LinkOptions(
    List<String> sshOptions,
    Optional<Path> sshKey,
    Optional<String> agentCommand,
    Duration timeout) {
  /** What holds when nothing is said. */
  public static final LinkOptions DEFAULT =
      new LinkOptions(List.of(), Optional.empty(), Optional.empty(), Duration.ofSeconds(30));

  /** Checks its parts. */
  public LinkOptions {
    sshOptions = List.copyOf(sshOptions);
    Objects.requireNonNull(sshKey, "sshKey is null");
    Objects.requireNonNull(agentCommand, "agentCommand is null");
    if (timeout.toMillis() < 100 || timeout.toDays() > 1) {
      throw new IllegalArgumentException("a timeout is from 100 ms to a day, not " + timeout);
    }
  }
}
