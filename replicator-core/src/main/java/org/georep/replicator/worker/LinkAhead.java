package org.georep.replicator.worker;

import java.time.Duration;
import java.util.Optional;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.jspecify.annotations.Nullable;

/**
 * The first connection of a process that will most likely want one, begun while its command line
 * and the session's files are still being read: ssh and the agent's start take longer than that.
 * The run takes it if it leads where the session's own settings lead; otherwise it is ended, and
 * nothing was asked of the agent.
 *
 * <p>A process has one at most. For any thread.
 */
public final class LinkAhead {
  private static final LinkAhead OF_PROCESS = new LinkAhead();

  private @Nullable EarlyLink begun;
  private boolean over;

  LinkAhead() {}

  /** Returns this process's. */
  public static LinkAhead ofProcess() {
    return OF_PROCESS;
  }

  /** Begins it, unless it was begun before, or somebody has decided without it. */
  public synchronized void begin(SecondaryAddress address, LinkOptions options) {
    if (over || begun != null) {
      return;
    }
    EarlyLink link = new EarlyLink(address, options);
    link.begin();
    begun = link;
  }

  /** Returns the link of a run: what was begun, if it is of these, or a fresh one. */
  EarlyLink take(SecondaryAddress address, LinkOptions options, Duration silence) {
    Optional<EarlyLink> ahead = end();
    if (ahead.isPresent() && ahead.get().isOf(address, options, silence)) {
      return ahead.get();
    }
    ahead.ifPresent(EarlyLink::close);
    return new EarlyLink(address, options, silence);
  }

  /** Nobody takes it any more. */
  public void drop() {
    end().ifPresent(EarlyLink::close);
  }

  private synchronized Optional<EarlyLink> end() {
    over = true;
    Optional<EarlyLink> ahead = Optional.ofNullable(begun);
    begun = null;
    return ahead;
  }
}
