package org.georep.replicator.failover;

import java.io.IOException;
import java.time.Duration;
import org.georep.connection.AgentClient;
import org.georep.connection.ConnectionException;
import org.georep.connection.Link;
import org.georep.connection.LinkOptions;
import org.georep.connection.Links;
import org.georep.connection.LocalLink;
import org.georep.connection.SecondaryAddress;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.Settings;

/**
 * One agent that is asked a few things without a session, for a verb that ends at the first
 * refusal.
 */
public final class AgentCall implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Link link;
  private final AgentClient client;

  private AgentCall(Link link, AgentClient client) {
    this.link = link;
    this.client = client;
  }

  private interface Opening {
    Link open() throws ConnectionException, InterruptedException;
  }

  /** Starts one on this host. */
  static AgentCall here(byte[] root) throws GeorepException, InterruptedException {
    return open(() -> new LocalLink(new SecondaryAddress.Local(root)), TIMEOUT);
  }

  /**
   * Starts one where a session's secondary is.
   *
   * @throws GeorepException if it cannot be reached
   */
  public static AgentCall to(SessionConfiguration session)
      throws GeorepException, InterruptedException {
    Settings settings = session.settings();
    LinkOptions options =
        new LinkOptions(
            settings.sshOptions(), settings.sshKey(), settings.agentCommand(), settings.timeout());
    return open(() -> Links.open(session.secondary(), options), settings.timeout());
  }

  private static AgentCall open(Opening opening, Duration timeout)
      throws GeorepException, InterruptedException {
    try {
      Link link = opening.open();
      AgentClient client = null;
      try {
        client = AgentClient.open(link, timeout);
        return new AgentCall(link, client);
      } finally {
        if (client == null) {
          link.close();
        }
      }
    } catch (ConnectionException e) {
      throw new GeorepException(code(e), e.getMessage() + ". Run it again once it is there.", e);
    }
  }

  private static ExitCode code(ConnectionException e) {
    return switch (e.reason()) {
      case AUTHENTICATION, HOST_KEY -> ExitCode.AUTHENTICATION;
      case UNREACHABLE, LOST -> ExitCode.UNREACHABLE;
      case MISSING_PROGRAM, NO_MORE_CHANNELS, PROTOCOL -> ExitCode.ERROR;
    };
  }

  /**
   * Asks.
   *
   * @throws GeorepException if it is refused
   */
  public <T extends Reply> T ask(Request request, Class<T> kind)
      throws GeorepException, IOException, InterruptedException {
    Reply reply;
    try {
      reply = client.call(request, Reply.class);
    } catch (ConnectionException e) {
      throw new GeorepException(code(e), e.getMessage() + ". Run it again once it is there.", e);
    }
    if (reply instanceof Reply.Refused refused) {
      throw new GeorepException(code(refused.reason()), refused.sentence());
    }
    if (!kind.isInstance(reply)) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The agent answered with " + reply.getClass().getSimpleName() + ", which was not asked.");
    }
    return kind.cast(reply);
  }

  private static ExitCode code(Reply.Refusal reason) {
    return switch (reason) {
      case NOT_EMPTY, OTHER_SESSION -> ExitCode.REFUSED;
      case LOCKED -> ExitCode.HELD;
      case PROMOTED -> ExitCode.PROMOTED;
      case UNUSABLE, NEWER_FORMAT -> ExitCode.ERROR;
    };
  }

  /** Says goodbye, so that the agent has let go of everything when this returns. */
  @Override
  public void close() {
    try {
      client.call(new Request.Goodbye(), Reply.Done.class);
    } catch (IOException e) {
      return; // it ends with the connection
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      client.close();
      link.close();
    }
  }
}
