package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.georep.connection.AgentClient;
import org.georep.connection.ConnectionException;
import org.georep.connection.Link;
import org.georep.connection.RequestFailedException;
import org.georep.engine.AgentPort;
import org.georep.engine.EngineUnavailableException;
import org.georep.engine.pool.DataCounts;
import org.georep.engine.pool.DataPool;
import org.georep.engine.pool.PoolOptions;
import org.georep.posix.PosixException;
import org.georep.protocol.Keeping;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.apply.Agent;
import org.georep.replicator.apply.DataPhase;
import org.georep.replicator.crawl.JournalIntake;
import org.georep.replicator.crawl.PreviewWalk;
import org.georep.replicator.failpoint.ReplicatorFailpoint;
import org.georep.replicator.lease.LeasePulse;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.stime.SyncState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicates one volume: connects, greets, runs a pipeline, and when the link is lost connects
 * again, with a growing pause, for ever. What a connection had under way is forgotten with it; the
 * next one starts from the last barrier, exactly as after a crash, so there is one way to recover
 * and it is used often. For one thread, except {@link #stop}.
 */
public final class Worker {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** So often in a row the agent may fail at something before a run that is to end gives up. */
  private static final int TRIES_OF_A_RUN_THAT_ENDS = 3;

  /** A stage may have work and show no progress for so many timeouts of the link. */
  private static final int PATIENCE = 10;

  private static final Set<Reply.Refusal> PASSING =
      Set.of(Reply.Refusal.LOCKED, Reply.Refusal.UNUSABLE);

  private final WorkerParts parts;
  private final EarlyLink secondary;
  private volatile boolean stopping;
  private volatile boolean refiltered;
  private volatile @Nullable Pipeline pipeline;
  private final Optional<Standby> standby;
  private boolean reached;

  /** Makes it. */
  public Worker(WorkerParts parts) {
    this(parts, new EarlyLink(parts.address(), parts.linkOptions()));
  }

  Worker(WorkerParts parts, EarlyLink secondary) {
    this.parts = parts;
    this.secondary = secondary;
    this.standby =
        parts.pair().map(self -> new Standby(parts, self, this::refused, () -> stopping));
    parts.live().whenFiltered(this::refilter);
  }

  /** Asks it to end soon, cleanly. From any thread. */
  public void stop() {
    stopping = true;
    Pipeline running = pipeline;
    if (running != null) {
      running.stop();
    }
    parts.signal().raise();
  }

  /** The filter changed: begins a pipeline anew, in the same process. From any thread. */
  private void refilter() {
    refiltered = true;
    Pipeline running = pipeline;
    if (running != null) {
      running.stop();
    }
  }

  /**
   * Works until stopped or, if it is to run once, in step.
   *
   * @throws GeorepException with the exit code and a sentence, when it cannot go on
   */
  public Pipeline.End run() throws GeorepException, IOException, InterruptedException {
    Duration pause = FIRST_PAUSE;
    int failed = 0;
    while (!stopping) {
      long begun = System.nanoTime();
      try {
        Pipeline.End end = connected();
        if (end == Pipeline.End.IN_STEP || stopping) {
          return end;
        }
        log.info("the filter changed: beginning anew with the new one");
        continue;
      } catch (ConnectionException e) {
        if (!isReached() && !mayWait(e)) {
          throw new GeorepException(code(e), sentence(e), e);
        }
        parts.meter().linkLost(sentence(e));
        log.warn("{}; trying again in {} s", sentence(e), pause.toMillis() / 1000.0);
      } catch (RequestFailedException | PosixException e) {
        failed = System.nanoTime() - begun > LONGEST_PAUSE.toNanos() ? 1 : failed + 1;
        if (parts.mode().ends() && failed == TRIES_OF_A_RUN_THAT_ENDS) {
          throw new GeorepException(ExitCode.ERROR, reason(e), e);
        }
        parts.meter().takeConnected(); // connecting again is not what helps: no shorter pause
        if (failed == 1) {
          pause = FIRST_PAUSE;
        }
        parts.meter().faulty(reason(e));
        log.warn("{}; trying again in {} s", reason(e), pause.toMillis() / 1000.0);
      }
      if (parts.meter().takeConnected()) {
        pause = FIRST_PAUSE;
      }
      rest(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
    }
    return Pipeline.End.STOPPED;
  }

  private void rest(Duration pause) throws InterruptedException {
    long until = System.nanoTime() + pause.toNanos();
    while (!stopping && System.nanoTime() < until) {
      parts.signal().await(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
    }
  }

  private boolean mayWait(ConnectionException e) {
    return parts.mode().waitForSecondary()
        && (e.reason() == ConnectionException.Reason.UNREACHABLE
            || e.reason() == ConnectionException.Reason.LOST);
  }

  /** What fails here, and not with one entry, is the primary's root or the session's state. */
  private static String reason(IOException e) {
    return e instanceof PosixException
        ? "On the primary's host: "
            + sentence(e)
            + ". Nothing was deleted on the secondary; look at the disk there"
        : sentence(e);
  }

  private static String sentence(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static ExitCode code(ConnectionException e) {
    return switch (e.reason()) {
      case AUTHENTICATION, HOST_KEY -> ExitCode.AUTHENTICATION;
      case UNREACHABLE, LOST -> ExitCode.UNREACHABLE;
      case MISSING_PROGRAM, NO_MORE_CHANNELS, PROTOCOL -> ExitCode.ERROR;
    };
  }

  private Pipeline.End connected() throws GeorepException, IOException, InterruptedException {
    try (EarlyLink.Connected connected = secondary.take()) {
      Link link = connected.link();
      AgentClient client = connected.client();
      if (standby.isPresent() && !standby.get().await(client)) {
        client.call(new Request.Goodbye(), Reply.Done.class);
        return Pipeline.End.STOPPED;
      }
      Reply.Welcome welcome = greet(client);
      if (standby.isPresent()) {
        standby.get().confirm(client);
      }
      reached = true;
      welcome.notes().forEach(note -> log.info("{}: {}", link.describe(), note));
      Agent agent = new Agent(client);
      Pipeline.End end;
      if (parts.mode().dryRun()) {
        new PreviewWalk(parts.tree(), parts.live().filtering().filter(), agent)
            .run(parts.preview());
        end = Pipeline.End.IN_STEP;
      } else if (parts.errand().isPresent()) {
        run(parts.errand().get(), agent);
        end = Pipeline.End.IN_STEP;
      } else {
        end = replicate(link, client, agent, welcome);
      }
      client.call(new Request.Goodbye(), Reply.Done.class);
      return end;
    }
  }

  /** Begun again it would say twice what it said before. */
  private static void run(Errand errand, Agent agent)
      throws GeorepException, IOException, InterruptedException {
    try {
      errand.run(agent);
    } catch (ConnectionException e) {
      throw new GeorepException(ExitCode.ERROR, sentence(e) + "; run it again", e);
    }
  }

  private Reply.Welcome greet(AgentClient client)
      throws GeorepException, IOException, InterruptedException {
    Request.Mode mode =
        parts.mode().dryRun()
            ? Request.Mode.PREVIEW
            : parts.mode().adoptChecksum()
                ? Request.Mode.ADOPT_CHECKSUM
                : parts.mode().adopt() ? Request.Mode.ADOPT : Request.Mode.REPLICATE;
    Reply reply =
        client.call(
            new Request.Hello(
                parts.address().directory(),
                parts.session(),
                parts.volume(),
                parts.tree().rootGfid(),
                mode,
                parts.primaryName(),
                parts.sync().keeping(),
                parts.minFree(),
                parts.epoch(),
                Optional.of(parts.origin())),
            Reply.class);
    if (reply instanceof Reply.Welcome welcome) {
      return welcome;
    }
    if (reply instanceof Reply.Refused refused) {
      refused(refused);
    }
    throw new ConnectionException(
        ConnectionException.Reason.PROTOCOL,
        "the agent answered the greeting with " + reply.getClass().getSimpleName());
  }

  private void refused(Reply.Refused refused) throws GeorepException, IOException {
    boolean another = standby.isPresent() && refused.reason() == Reply.Refusal.LOCKED;
    if (another || (isReached() && PASSING.contains(refused.reason()))) {
      // The agent of the lost connection has not noticed yet, or the disk is in trouble.
      throw new RequestFailedException(new Reply.Failed(0, refused.sentence()));
    }
    throw new GeorepException(code(refused.reason()), refused.sentence());
  }

  private boolean isReached() {
    return reached || standby.filter(Standby::isAnswered).isPresent();
  }

  private static ExitCode code(Reply.Refusal reason) {
    return switch (reason) {
      case NOT_EMPTY, OTHER_SESSION -> ExitCode.REFUSED;
      case LOCKED -> ExitCode.HELD;
      case PROMOTED -> ExitCode.PROMOTED;
      case UNUSABLE, NEWER_FORMAT -> ExitCode.ERROR;
    };
  }

  private Pipeline.End replicate(Link link, AgentClient client, Agent agent, Reply.Welcome welcome)
      throws GeorepException, IOException, InterruptedException {
    if (welcome.fresh() && !parts.sync().bringsAll()) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The secondary is new, and the mode "
              + parts.sync()
              + " brings nothing that is not there; replicate in the mode normal first.");
    }
    SyncState start =
        welcome.fresh() ? SyncState.NONE : parts.states().read().confirmedBy(welcome.stime());
    parts.stimes().began(start);
    refiltered = false; // before it is asked for
    LiveSettings.Filtering filtering = parts.live().filtering();
    DataPhase contents = new DataPhase(parts.signal()::raise, parts.meter()::arrived);
    PoolOptions options =
        new PoolOptions(
            parts.engine(),
            parts.syncJobs(),
            parts.live()::bytesPerSecond,
            parts.address().directory(),
            welcome.programs(),
            "rsync");
    Optional<JournalIntake> intake = parts.capture().open(start, parts.meter().records);
    try (DataPool pool =
            DataPool.start(
                options, parts.libc(), parts.tree(), link, AgentPort.of(client), contents);
        Watchdog dog = watch(client, pool, contents);
        LeasePulse pulse = pulse(client, filtering)) {
      Pipeline running =
          new Pipeline(
              new PipelineParts(
                  parts.tree(),
                  filtering.filter(),
                  parts.capture(),
                  intake,
                  agent,
                  contents,
                  pool,
                  parts.quarantine(),
                  state -> {
                    parts.states().write(state, filtering.digest());
                    ReplicatorFailpoint.STATE_WRITTEN.reached();
                    parts.stimes().moved(state);
                    parts.capture().acknowledge(state);
                  },
                  start,
                  welcome.fresh(),
                  gap(start, intake, welcome, filtering),
                  parts.brake(),
                  parts.verify(),
                  parts.mode().once(),
                  parts.mode().once() && parts.sync().keeping() == Keeping.NOTHING,
                  parts.mode().turns(),
                  parts.rescan(),
                  parts.live()::crawlLimit,
                  parts.expectedEntries(),
                  parts.meter(),
                  parts.signal(),
                  parts.clock()));
      log.debug("{} watches, {} beats", dog, pulse);
      pipeline = running;
      parts.meter().contents.attach(pool::counts);
      parts.meter().connected(link.describe());
      parts.verify().attach(agent, intake.isEmpty());
      if (stopping || refiltered) {
        running.stop();
      }
      return running.run();
    } catch (EngineUnavailableException e) {
      throw new GeorepException(ExitCode.ERROR, sentence(e), e);
    } finally {
      pipeline = null;
      parts.meter().contents.detach();
      parts.verify().detach();
    }
  }

  private @Nullable LeasePulse pulse(AgentClient client, LiveSettings.Filtering filtering) {
    return parts.pair().isEmpty()
        ? null
        : LeasePulse.start(client, parts.pair().get().length(), filtering.digest(), parts.clock());
  }

  private Watchdog watch(AgentClient client, DataPool pool, DataPhase contents) {
    return Watchdog.start(
        parts.linkOptions().timeout().multipliedBy(PATIENCE),
        List.of(
            new Watchdog.Stage(
                "The agent",
                () ->
                    new Watchdog.Look(client.answered(), client.unanswered(), contents.largest())),
            new Watchdog.Stage(
                "The data engine",
                () -> {
                  DataCounts counts = pool.counts();
                  return new Watchdog.Look(
                      counts.progress(), counts.underWay(), contents.largest());
                })),
        sentence -> {
          client.giveUp(sentence);
          parts.signal().raise();
        });
  }

  private Optional<String> gap(
      SyncState start,
      Optional<JournalIntake> intake,
      Reply.Welcome welcome,
      LiveSettings.Filtering filtering)
      throws IOException {
    if (welcome.fresh()) {
      return Optional.of("the secondary is new");
    }
    if (start.stime().isEmpty()) {
      return Optional.of("no full crawl has been completed yet");
    }
    if (intake.isEmpty()) {
      return Optional.of("there is no capture to tell what changed");
    }
    if (start.position().isEmpty()) {
      return Optional.of("the secondary is older than what is known of it here");
    }
    if (!parts.states().filter().equals(filtering.digest())) {
      return Optional.of("the filter is not the one that stime was reached with");
    }
    return Optional.empty();
  }
}
