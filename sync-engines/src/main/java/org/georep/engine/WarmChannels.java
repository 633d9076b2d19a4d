package org.georep.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.georep.connection.Channel;
import org.georep.connection.ConnectionException;
import org.georep.connection.Link;

/**
 * Channels opened in advance, so that the start of the far process is not on the way of the data. A
 * process that nobody needs after all waits on its standard input and ends with it. For any thread.
 */
public final class WarmChannels implements AutoCloseable {
  private final Link link;
  private final int most;
  private final Deque<Channel> ready = new ArrayDeque<>();
  private final ExecutorService opener;
  private int opening;
  private boolean closed;

  /**
   * Makes it; nothing is opened before {@link #prepare} or the first {@link #take}.
   *
   * @param most how many are kept, 0 for none
   */
  public WarmChannels(Link link, int most) {
    this.link = Objects.requireNonNull(link, "link is null");
    this.most = most;
    this.opener =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "data-channel-opener");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Returns a channel, one from the store if there is any that lives, and has the store refilled.
   */
  public Channel take() throws ConnectionException, InterruptedException {
    Channel found = living();
    Channel channel = found == null ? link.open() : found;
    prepare();
    return channel;
  }

  private @org.jspecify.annotations.Nullable Channel living() throws InterruptedException {
    while (true) {
      Channel channel;
      synchronized (this) {
        channel = ready.poll();
      }
      if (channel == null || channel.await(Duration.ZERO).isEmpty()) {
        return channel;
      }
      channel.close();
    }
  }

  /** Has channels opened until the store is full; does not wait for it. */
  public synchronized void prepare() {
    while (!closed && ready.size() + opening < most) {
      opening++;
      opener.execute(this::openOne);
    }
  }

  private void openOne() {
    Channel channel = null;
    try {
      channel = link.open();
    } catch (ConnectionException e) {
      // Whoever needs one opens it, and hears why it cannot be had.
    }
    synchronized (this) {
      opening--;
      if (channel != null && !closed) {
        ready.add(channel);
        return;
      }
    }
    if (channel != null) {
      channel.close();
    }
  }

  /** Ends the channels in the store. */
  @Override
  public void close() {
    Deque<Channel> rest;
    synchronized (this) {
      closed = true;
      rest = new ArrayDeque<>(ready);
      ready.clear();
    }
    opener.shutdown();
    rest.forEach(Channel::close);
  }
}
