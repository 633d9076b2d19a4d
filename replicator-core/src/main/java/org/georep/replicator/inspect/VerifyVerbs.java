package org.georep.replicator.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.posix.Libc;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.SessionLock;
import org.georep.replicator.session.StateDirectory;
import org.georep.replicator.verify.ConflictJson;
import org.georep.replicator.verify.VerifyFigures;
import org.georep.replicator.verify.VerifyJson;
import org.georep.replicator.verify.VerifyListener;
import org.georep.replicator.verify.VerifyOptions;
import org.georep.replicator.worker.ControlClient;
import org.georep.replicator.worker.ReplicateRun;
import org.georep.replicator.worker.RunOutput;
import org.jspecify.annotations.Nullable;

/**
 * Comparing both sides of a session, and listing what was set aside: by the process that holds the
 * session, over its connection, or by this one if none does.
 */
public final class VerifyVerbs {
  /** A worker says how far it is about once a second, unless it cannot reach the secondary. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Libc libc;
  private final Clock clock;
  private final StateDirectory state;
  private final SessionDirectory session;
  private final RunOutput output;
  private @Nullable ReplicateRun run;
  private boolean stopping;

  /**
   * Makes it for one session.
   *
   * @param output what people are told by a session that runs for this
   */
  public VerifyVerbs(
      Libc libc, Clock clock, StateDirectory state, SessionDirectory session, RunOutput output) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.state = Objects.requireNonNull(state, "state is null");
    this.session = Objects.requireNonNull(session, "session is null");
    this.output = Objects.requireNonNull(output, "output is null");
  }

  /** Who is told of what was set aside. */
  @FunctionalInterface
  public interface ConflictListener {
    /** Takes one; its path is below {@code .georep/conflicts}. */
    void conflict(Reply.Conflict conflict) throws IOException;
  }

  /** Ends what runs here, soon. By any thread. */
  public synchronized void stop() {
    stopping = true;
    if (run != null) {
      run.stop();
    }
  }

  /** Compares both sides. */
  public VerifyFigures verify(VerifyOptions options, VerifyListener listener)
      throws GeorepException, IOException, InterruptedException {
    if (!isRunning()) {
      return here().verify(options, listener);
    }
    JsonNode reply =
        client()
            .follow(
                JsonNodeFactory.instance
                    .objectNode()
                    .put("op", "verify")
                    .put("deep", options.deep())
                    .put("repair", options.repair()),
                line -> {
                  if (line.has("difference")) {
                    listener.difference(VerifyJson.difference(line.get("difference")));
                  } else if (line.has("progress")) {
                    listener.progress(VerifyJson.figures(line.get("progress")));
                  }
                });
    return VerifyJson.figures(reply.path("figures"));
  }

  /** Lists what was set aside on the secondary, in ascending order of path. */
  public void conflicts(ConflictListener listener)
      throws GeorepException, IOException, InterruptedException {
    if (isRunning()) {
      client()
          .follow(
              JsonNodeFactory.instance.objectNode().put("op", "conflicts"),
              line -> listener.conflict(ConflictJson.parse(line.path("conflict"))));
      return;
    }
    here()
        .errand(
            agent -> {
              EntryPath after = EntryPath.ROOT;
              while (true) {
                Reply.Conflicts found =
                    agent.ask(new Request.ListConflicts(after), Reply.Conflicts.class);
                if (found.found().isEmpty()) {
                  return;
                }
                for (Reply.Conflict conflict : found.found()) {
                  listener.conflict(conflict);
                  after = conflict.path();
                }
              }
            });
  }

  private boolean isRunning() throws IOException {
    return SessionLock.holder(libc, session).isPresent();
  }

  private ControlClient client() {
    return new ControlClient(libc, session.control(), PATIENCE);
  }

  private ReplicateRun here() throws GeorepException, IOException {
    Optional<SessionConfiguration> configuration = new SessionFile(libc, session.yaml()).read();
    if (configuration.isEmpty()) {
      throw new GeorepException(
          ExitCode.NO_SUCH_SESSION, "The session " + session.name() + " has no configuration.");
    }
    ReplicateRun made =
        new ReplicateRun(configuration.get(), RunMode.CONTINUOUS, state, output, libc, clock);
    synchronized (this) {
      run = made;
      if (stopping) {
        made.stop();
      }
    }
    return made;
  }
}
