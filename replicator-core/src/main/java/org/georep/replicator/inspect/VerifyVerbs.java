package org.georep.replicator.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
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
                line -> tell(line, listener));
    return VerifyJson.figures(reply.path("figures"));
  }

  private static void tell(JsonNode line, VerifyListener listener) throws IOException {
    if (line.has("difference")) {
      listener.difference(VerifyJson.difference(line.get("difference")));
    } else if (line.has("progress")) {
      listener.progress(VerifyJson.figures(line.get("progress")));
    }
  }

  /**
   * Returns which entry of the primary an operator means, see {@link GivenEntry}.
   *
   * @throws GeorepException if it cannot be one
   */
  public EntryPath entry(byte[] given) throws GeorepException, IOException {
    return GivenEntry.of(configuration().primary(), given);
  }

  /** Brings one path in step, and waits until that is durable on the secondary. */
  public VerifyFigures sync(EntryPath path, VerifyListener listener)
      throws GeorepException, IOException, InterruptedException {
    if (!isRunning()) {
      return here().sync(path, listener);
    }
    try {
      JsonNode reply = client().follow(sync(path, true), line -> tell(line, listener));
      return VerifyJson.figures(reply.path("figures"));
    } catch (IOException e) {
      throw new GeorepException(ExitCode.ERROR, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Has one path brought in step later, by the process that runs the session.
   *
   * @throws GeorepException if none does
   */
  public void queue(EntryPath path) throws GeorepException, IOException {
    if (!isRunning()) {
      throw new GeorepException(
          ExitCode.ERROR,
          "Nothing runs for "
              + session.name()
              + ", so there is nobody to leave it to: start the session, or leave out --no-wait.");
    }
    client().ask(sync(path, false));
  }

  private static ObjectNode sync(EntryPath path, boolean wait) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("op", "sync")
        .put("path_bytes", path.toBase64())
        .put("wait", wait);
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

  private SessionConfiguration configuration() throws GeorepException, IOException {
    return new SessionFile(libc, session.yaml())
        .read()
        .orElseThrow(
            () ->
                new GeorepException(
                    ExitCode.NO_SUCH_SESSION,
                    "The session " + session.name() + " has no configuration."));
  }

  private ReplicateRun here() throws GeorepException, IOException {
    ReplicateRun made =
        new ReplicateRun(configuration(), RunMode.CONTINUOUS, state, output, libc, clock);
    synchronized (this) {
      run = made;
      if (stopping) {
        made.stop();
      }
    }
    return made;
  }
}
