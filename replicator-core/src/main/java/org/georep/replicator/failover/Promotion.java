package org.georep.replicator.failover;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;
import org.georep.protocol.Origin;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.GivenPath;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.StateDirectory;

/**
 * Promotes a secondary on this host, and remembers where it is under the session's name, so that
 * the session can be failed back by name. The agent's own part is done first and is durable; a
 * crash before the rest is mended by promoting again.
 */
public final class Promotion {
  private static final String NAMELESS = "promoted";

  private final Libc libc;
  private final StateDirectory state;

  /** Makes it for a state directory. */
  public Promotion(Libc libc, StateDirectory state) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /**
   * What came of it.
   *
   * @param root the promoted directory
   * @param name by which it can be failed back
   * @param reply what the agent says
   */
  public record Result(byte[] root, SessionName name, Reply.Promoted reply) {
    /** Checks its parts. */
    public Result {
      Objects.requireNonNull(root, "root is null");
      Objects.requireNonNull(name, "name is null");
      Objects.requireNonNull(reply, "reply is null");
    }
  }

  /**
   * Promotes.
   *
   * @param given the secondary's directory
   * @param name the session's name, where the secondary does not know it
   * @param dryRun only look
   * @throws GeorepException if it is refused: a sentence with what to do
   */
  public Result promote(byte[] given, Optional<SessionName> name, boolean dryRun)
      throws GeorepException, IOException, InterruptedException {
    byte[] root = real(given);
    Reply.Promoted promoted;
    try (AgentCall agent = AgentCall.here(root)) {
      promoted = agent.ask(new Request.Promote(root, dryRun), Reply.Promoted.class);
    }
    SessionName named = name.orElseGet(() -> known(promoted));
    if (!dryRun) {
      remember(root, named, promoted);
    }
    return new Result(root, named, promoted);
  }

  private static byte[] real(byte[] given) throws GeorepException {
    byte[] absolute = GivenPath.absolute(given);
    try {
      return RawPath.toBytes(RawPath.toPath(absolute).toRealPath());
    } catch (IOException e) {
      return absolute; // the agent says what is wrong with it
    }
  }

  private static SessionName known(Reply.Promoted promoted) {
    return promoted
        .origin()
        .map(Origin::session)
        .filter(SessionName::isName)
        .map(SessionName::new)
        .orElseGet(() -> new SessionName(NAMELESS));
  }

  private void remember(byte[] root, SessionName name, Reply.Promoted promoted)
      throws GeorepException, IOException {
    SessionDirectory session = state.session(name);
    session.make();
    new PromotedRoot(
            root,
            promoted.origin().map(Origin::host).orElse(""),
            promoted.origin().map(Origin::path).orElseGet(() -> new byte[0]))
        .write(libc, session.promoted());
  }
}
