package org.georep.changelog.capture.host;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's side of the socket at which replicators of other processes are woken.
 *
 * <p>The host greets with {@code georep-capture 1 SOURCE COVERAGE}. A feed says {@code await N}: it
 * has seen everything up to record N; the answer, once there is more, is {@code wake COVERAGE}. It
 * says {@code mark} when it wants a mark soon. That the host is gone shows as the end of the
 * connection, at once, however the host ended.
 *
 * <p>{@code await -1} asks whether the host still works. It is answered at once if the source has
 * done anything since this connection asked before, and else with the next record: a host whose
 * source is stuck is to look like one that is stopped.
 */
final class WakeServer implements AutoCloseable {
  static final String GREETING = "georep-capture 1";
  static final String PULSE = "await -1";
  private static final long RETRY_NANOS = 200_000_000;
  private static final Logger LOG = LoggerFactory.getLogger(WakeServer.class);

  private final SocketPlace place;
  private final ServerSocketChannel channel;
  private final String source;
  private final DoubleSupplier coverage;
  private final LongSupplier lastPublished;
  private final Runnable requestMark;
  private final LongSupplier life;
  private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();

  /**
   * Begins to listen.
   *
   * @param lastPublished the number a feed can read up to
   * @param life another number whenever the source has done something
   */
  WakeServer(
      SocketPlace place,
      String source,
      DoubleSupplier coverage,
      LongSupplier lastPublished,
      Runnable requestMark,
      LongSupplier life)
      throws IOException {
    this.place = place;
    this.source = source;
    this.coverage = coverage;
    this.lastPublished = lastPublished;
    this.requestMark = requestMark;
    this.life = life;
    this.channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    boolean bound = false;
    try {
      channel.bind(place.make());
      bound = true;
    } finally {
      if (!bound) {
        channel.close();
      }
    }
    start(this::accept, "georep-capture-accept");
  }

  private static void start(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (channel.isOpen()) {
      try {
        SocketChannel accepted = channel.accept();
        Subscriber subscriber = new Subscriber(new Lines(accepted));
        subscribers.add(subscriber);
        start(subscriber::serve, "georep-capture-subscriber");
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("A replicator could not attach to capture: {}", e.getMessage());
        LockSupport.parkNanos(RETRY_NANOS); // out of descriptors, perhaps
      }
    }
  }

  /** Wakes every feed that has not seen what was appended last. */
  void wake() {
    for (Subscriber subscriber : subscribers) {
      subscriber.wake();
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      for (Subscriber subscriber : subscribers) {
        subscriber.end();
      }
    } finally {
      place.clear();
    }
  }

  private final class Subscriber {
    private final Lines lines;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private long lived = Long.MIN_VALUE;

    Subscriber(Lines lines) {
      this.lines = lines;
    }

    void serve() {
      try {
        lines.write(GREETING + " " + source + " " + coverage.getAsDouble());
        @Nullable String line = lines.read();
        while (line != null) {
          if (line.equals("mark")) {
            requestMark.run();
          } else if (line.equals(PULSE)) {
            waiting.set(true);
            long now = life.getAsLong();
            if (now != lived) {
              lived = now;
              wake();
            }
          } else if (line.startsWith("await ")) {
            long seen = Long.parseLong(line.substring("await ".length()));
            waiting.set(true);
            if (lastPublished.getAsLong() > seen) {
              wake();
            }
          } else {
            throw new IOException("not understood: '" + line + "'");
          }
          line = lines.read();
        }
      } catch (IOException | NumberFormatException e) {
        LOG.debug("A replicator left capture's socket: {}", e.getMessage());
      } finally {
        end();
      }
    }

    void wake() {
      if (waiting.getAndSet(false)) {
        try {
          lines.write("wake " + coverage.getAsDouble());
        } catch (IOException e) {
          end();
        }
      }
    }

    void end() {
      subscribers.remove(this);
      try {
        lines.close();
      } catch (IOException e) {
        LOG.debug("Closing a replicator's connection failed: {}", e.getMessage());
      }
    }
  }
}
