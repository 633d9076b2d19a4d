package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.georep.changelog.capture.host.CaptureFeed;
import org.georep.connection.AgentClient;
import org.georep.connection.RequestFailedException;
import org.georep.protocol.LeaseHolder;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.lease.Follower;
import org.georep.replicator.lease.Membership;
import org.georep.replicator.lease.Sightings;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.stime.SyncState;
import org.georep.status.report.LeaseReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker of a pair before it is Active: asks for the lease over and over, and while another has
 * it stands by. It captures all the time; how far its journal is not needed any more is as the
 * package {@code replicator.lease} says, and is written where a pipeline will find it, so that a
 * crash at any moment leaves an older state, and a take-over is a start like any other. For the
 * worker's thread.
 */
final class Standby {
  private static final Logger log = LoggerFactory.getLogger(Standby.class);
  private static final Duration CHECK_EVERY = Duration.ofSeconds(1);

  /** Makes of a refusal what ends the run, or what is tried again. */
  @FunctionalInterface
  interface Refusals {
    /** Throws. */
    void refused(Reply.Refused refused) throws GeorepException, IOException;
  }

  private final WorkerParts parts;
  private final Membership self;
  private final Refusals refusals;
  private final BooleanSupplier stopping;
  private Sightings sightings = new Sightings();
  private @Nullable Follower follower;
  private boolean standing;
  private boolean answered;
  private boolean covered;
  private long checked;

  Standby(WorkerParts parts, Membership self, Refusals refusals, BooleanSupplier stopping) {
    this.parts = Objects.requireNonNull(parts, "parts is null");
    this.self = Objects.requireNonNull(self, "self is null");
    this.refusals = Objects.requireNonNull(refusals, "refusals is null");
    this.stopping = Objects.requireNonNull(stopping, "stopping is null");
  }

  /**
   * Waits until this worker may greet the agent.
   *
   * @return whether it may; not if it is stopped
   */
  boolean await(AgentClient client) throws GeorepException, IOException, InterruptedException {
    while (!stopping.getAsBoolean()) {
      Instant asked = parts.clock().instant();
      Reply.Standing now = ask(client);
      if (now.session().isEmpty()) {
        return true; // nobody's yet: the lease comes with the secondary, see confirm
      }
      if (now.granted()) {
        granted(now);
        return true;
      }
      stand(client, now, asked);
      rest(Sightings.beat(self.length()));
    }
    return false;
  }

  /** Returns whether an agent ever told how the lease stands. */
  boolean isAnswered() {
    return answered;
  }

  /** Gets the lease of a secondary that was made just now. */
  void confirm(AgentClient client) throws GeorepException, IOException, InterruptedException {
    Reply.Standing now = ask(client);
    if (!now.granted()) {
      throw new RequestFailedException(
          new Reply.Failed(0, "another worker of the pair was faster to get the lease"));
    }
    granted(now);
  }

  private void granted(Reply.Standing now) {
    if (standing) {
      log.info("the lease is ours: {}", now.holder().map(LeaseHolder::shown).orElse(""));
    }
    parts.meter().lease(report(now));
    standing = false;
    follower = null;
    sightings = new Sightings();
  }

  private static Optional<LeaseReport> report(Reply.Standing now) {
    return now.holder().map(holder -> new LeaseReport(holder.host(), holder.term()));
  }

  private Reply.Standing ask(AgentClient client)
      throws GeorepException, IOException, InterruptedException {
    Reply reply =
        client.call(
            new Request.Stand(
                parts.address().directory(),
                Optional.of(
                    self.candidate(
                        parts.session(), parts.volume(), parts.epoch(), parts.primaryName()))),
            Reply.class);
    if (reply instanceof Reply.Refused refused) {
      refusals.refused(refused);
    }
    if (reply instanceof Reply.Standing found) {
      answered = true;
      return found;
    }
    throw new IOException("the agent answered " + reply.getClass().getSimpleName());
  }

  private void stand(AgentClient client, Reply.Standing now, Instant asked)
      throws IOException, InterruptedException {
    if (!standing) {
      begin();
    }
    parts.meter().lease(report(now));
    parts
        .verify()
        .elsewhere(
            "This worker is Passive, and only the Active can compare. Run it on "
                + now.holder().map(LeaseHolder::host).orElse("the other host")
                + ".");
    if (System.nanoTime() - checked >= CHECK_EVERY.toNanos()) {
      checked = System.nanoTime();
      parts.tree().check();
      parts.capture().keepAlive();
    }
    String filter = parts.live().filtering().digest();
    boolean sameFilter = now.filter().equals(filter);
    Optional<Instant> upTo = sightings.see(now, asked, System.nanoTime());
    if (follower != null && sameFilter && upTo.isPresent()) {
      Optional<SyncState> reached = follower.follow(upTo.get());
      if (reached.isPresent()) {
        take(reached.get(), filter);
      }
    }
    parts.meter().trouble(trouble(now, sameFilter));
    parts.meter().standsBy(parts.address().describe());
    log.trace("{} stands by", client);
  }

  /** Reads its journal on from where this worker's own stime left it. */
  private void begin() throws IOException {
    standing = true;
    SyncState start = parts.states().read();
    covered = false;
    parts.stimes().began(start);
    parts.meter().stime(start.stime());
    Optional<CaptureFeed> feed = parts.capture().feed();
    if (feed.isPresent()) {
      follower = new Follower(parts.capture().follow(start), start);
    }
    log.info("standing by");
  }

  private void take(SyncState state, String filter) throws IOException {
    parts.states().write(state, filter);
    parts.stimes().moved(state);
    parts.capture().acknowledge(state);
    parts.meter().stime(state.stime());
    covered = true;
  }

  private Optional<String> trouble(Reply.Standing now, boolean sameFilter) {
    if (parts.capture().feed().isEmpty()) {
      return Optional.of("Without capture taking over needs a crawl.");
    }
    if (now.holder().filter(holder -> holder.member().equals(self.member())).isPresent()) {
      return Optional.of("The lease is ours; the agent of its last holder is being ended.");
    }
    if (!sameFilter) {
      return Optional.of(
          "The Active leaves out other names than this host would: taking over needs a crawl. Give"
              + " both the same filter with georep session config.");
    }
    return covered
        ? Optional.empty()
        : Optional.of(
            "Taking over now may need a crawl: it is not known yet whether the pair has reached"
                + " the moment since which changes are captured here.");
  }

  private void rest(Duration pause) throws InterruptedException {
    long until = System.nanoTime() + pause.toNanos();
    while (!stopping.getAsBoolean() && System.nanoTime() < until) {
      parts.signal().await(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
    }
  }
}
