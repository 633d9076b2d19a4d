package org.georep.replicator.worker;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.georep.connection.AgentClient;
import org.georep.connection.ConnectionException;
import org.georep.connection.Link;
import org.georep.connection.LinkOptions;
import org.georep.connection.Links;
import org.georep.connection.SecondaryAddress;
import org.jspecify.annotations.Nullable;

/**
 * The way to the secondary. The first connection can be begun ahead, so that ssh and the agent's
 * start take their time while the journal is opened here; nothing is asked of the agent before it
 * is taken. A failure is whose takes it.
 *
 * <p>{@link #begin} by any thread, the rest by one.
 */
final class EarlyLink implements AutoCloseable {
  /** So long an agent may take to its first frame, however short the timeout is: it is starting. */
  private static final Duration FIRST_FRAME = Duration.ofSeconds(10);

  private final SecondaryAddress address;
  private final LinkOptions options;
  private final Duration silence;
  private @Nullable FutureTask<Connected> ahead;
  private @Nullable Thread thread;
  private boolean begun;

  EarlyLink(SecondaryAddress address, LinkOptions options) {
    this(address, options, options.timeout());
  }

  /**
   * Makes it.
   *
   * @param silence after how long without a sign of life the link is lost
   */
  EarlyLink(SecondaryAddress address, LinkOptions options, Duration silence) {
    this.silence = Objects.requireNonNull(silence, "silence is null");
    this.address = Objects.requireNonNull(address, "address is null");
    this.options = Objects.requireNonNull(options, "options is null");
  }

  /** An agent that was greeted by nobody yet, and the link it came over. */
  record Connected(Link link, AgentClient client) implements AutoCloseable {
    @Override
    public void close() {
      try (link;
          client) {
        return;
      }
    }
  }

  /** Begins the first connection, once. */
  synchronized void begin() {
    if (begun) {
      return;
    }
    begun = true;
    FutureTask<Connected> task = new FutureTask<>(this::open);
    Thread opener = new Thread(task, "early-link");
    opener.setDaemon(true);
    ahead = task;
    thread = opener;
    opener.start();
  }

  private Connected open() throws ConnectionException, InterruptedException {
    Link link = Links.open(address, options);
    AgentClient client = null;
    try {
      Duration first =
          options.timeout().compareTo(FIRST_FRAME) > 0 ? options.timeout() : FIRST_FRAME;
      client = AgentClient.open(link, silence, first);
      return new Connected(link, client);
    } finally {
      if (client == null) {
        link.close();
      }
    }
  }

  /** Returns the connection that was begun, or a new one; it is the caller's to close. */
  Connected take() throws ConnectionException, InterruptedException {
    FutureTask<Connected> task;
    synchronized (this) {
      begun = true;
      task = ahead;
    }
    if (task == null) {
      return open();
    }
    try {
      Connected connected = task.get();
      forget();
      return connected;
    } catch (ExecutionException e) {
      forget();
      if (e.getCause() instanceof ConnectionException failure) {
        throw failure;
      }
      throw new IllegalStateException("the connection begun ahead failed", e.getCause());
    }
  }

  /** Returns whether its first connection was begun, or taken. */
  synchronized boolean isBegun() {
    return begun;
  }

  /** Returns whether it leads there, in this way. */
  boolean isOf(SecondaryAddress there, LinkOptions how, Duration mostSilence) {
    return address.equals(there) && options.equals(how) && silence.equals(mostSilence);
  }

  @Override
  public String toString() {
    return address.describe();
  }

  private synchronized void forget() {
    ahead = null;
    thread = null;
  }

  /** Ends the connection that was begun, if nobody took it. */
  @Override
  public void close() {
    FutureTask<Connected> task;
    Thread opener;
    synchronized (this) {
      begun = true;
      task = ahead;
      opener = thread;
    }
    forget();
    if (task == null || opener == null) {
      return;
    }
    opener.interrupt();
    boolean interrupted = Thread.interrupted();
    try {
      task.get().close();
    } catch (ExecutionException e) {
      return; // there is none
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
