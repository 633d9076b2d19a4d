package org.georep.replicator.lease;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.georep.connection.AgentClient;
import org.georep.protocol.ClockBound;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;

/**
 * What the Active tells the others, a few times in each length of the lease: how its clock stands,
 * and what is left out. It also is what the agent hears when nothing else is sent. When the agent
 * says that the lease is lost, the link is given up. One thread of its own.
 */
public final class LeasePulse implements AutoCloseable {
  private final AgentClient client;
  private final String filter;
  private final Clock clock;
  private final ScheduledExecutorService thread;
  private volatile Optional<ClockBound> bound = Optional.empty();
  private volatile boolean underWay;

  private LeasePulse(AgentClient client, String filter, Clock clock) {
    this.client = Objects.requireNonNull(client, "client is null");
    this.filter = Objects.requireNonNull(filter, "filter is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread made = new Thread(task, "lease-pulse");
              made.setDaemon(true);
              return made;
            });
  }

  /**
   * Begins.
   *
   * @param length of the lease
   * @param filter what the filter is known by
   */
  public static LeasePulse start(AgentClient client, Duration length, String filter, Clock clock) {
    LeasePulse pulse = new LeasePulse(client, filter, clock);
    long every = Sightings.beat(length).toNanos();
    var unused = pulse.thread.scheduleWithFixedDelay(pulse::beat, 0, every, TimeUnit.NANOSECONDS);
    return pulse;
  }

  private void beat() {
    if (underWay) {
      return; // the agent is at something long; what it hears of us is the link's own
    }
    underWay = true;
    try {
      CompletableFuture<Reply> sent = client.send(new Request.LeaseBeat(bound, filter));
      CompletableFuture<Reply> unused = sent.whenComplete((reply, failure) -> answered(reply));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answered(@org.jspecify.annotations.Nullable Reply reply) {
    Instant now = clock.instant();
    if (reply instanceof Reply.Beaten beaten) {
      bound = Optional.of(new ClockBound(beaten.now(), now));
    } else if (reply instanceof Reply.Failed failed) {
      client.giveUp(failed.sentence());
    }
    underWay = false;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
