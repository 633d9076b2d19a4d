package org.georep.replicator.monitor;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.georep.connection.AgentClient;
import org.georep.connection.ConnectionException;
import org.georep.connection.Link;
import org.georep.connection.LinkOptions;
import org.georep.connection.Links;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.name.Shown;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;
import org.georep.protocol.Keeping;
import org.georep.protocol.Listing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.Settings;
import org.georep.replicator.volume.PrimaryTree;
import org.georep.replicator.volume.PrimaryTrees;

/**
 * Looks whether a new session's secondary can be reached and begun with, as a dry run does: host,
 * host key, key, Java and agent there, and whether it holds data. Changes nothing there, but that
 * the agent is brought to its host.
 */
final class SecondaryCheck {
  private final Libc libc;
  private final Clock clock;

  SecondaryCheck(Libc libc, Clock clock) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
  }

  /**
   * Checks.
   *
   * @param goesOn whether the secondary is this session's already
   * @throws GeorepException what is wrong and what to do
   */
  void check(SessionConfiguration session, RunMode mode, boolean goesOn, Consumer<String> told)
      throws GeorepException, IOException, InterruptedException {
    Settings settings = session.settings();
    LinkOptions options =
        new LinkOptions(
            settings.sshOptions(), settings.sshKey(), settings.agentCommand(), settings.timeout());
    try (PrimaryTree tree = PrimaryTrees.open(libc, RawPath.toBytes(session.primary()), clock);
        Link link = Links.open(session.secondary(), options)) {
      told.accept("reached: " + link.describe() + ", its host key and the key accepted");
      try (AgentClient client = AgentClient.open(link, options.timeout())) {
        Reply reply = client.call(hello(session, tree.rootGfid()), Reply.class);
        if (reply instanceof Reply.Refused refused) {
          throw new GeorepException(ExitCode.REFUSED, refused.sentence());
        }
        if (reply instanceof Reply.Welcome welcome) {
          told.accept(
              "agent: georep "
                  + welcome.version()
                  + " runs there"
                  + (welcome.root()
                      ? " as root"
                      : ", not as root: owners and devices are kept aside"));
        }
        holds(client, tree.rootGfid(), session, mode.adopt() || goesOn, told);
        client.call(new Request.Goodbye(), Reply.Done.class);
      }
    } catch (ConnectionException e) {
      boolean mayWait =
          mode.waitForSecondary() && e.reason() == ConnectionException.Reason.UNREACHABLE;
      if (!mayWait) {
        throw new GeorepException(code(e), String.valueOf(e.getMessage()), e);
      }
      told.accept("not reached, which it was said may be: " + e.getMessage());
    }
  }

  private static Request.Hello hello(SessionConfiguration session, Gfid root) {
    return new Request.Hello(
        session.secondary().directory(),
        session.id(),
        VolumeId.fresh(),
        root,
        Request.Mode.PREVIEW,
        Shown.of(RawPath.toBytes(session.primary())),
        Keeping.NOTHING,
        session.settings().minFree());
  }

  /** Compared with nothing at all, everything there is too much. */
  private static void holds(
      AgentClient client,
      Gfid root,
      SessionConfiguration session,
      boolean mayHold,
      Consumer<String> told)
      throws GeorepException, IOException, InterruptedException {
    Request nothing = new Request.Preview(EntryPath.ROOT, new Listing(root, List.of(), true, true));
    int entries = client.call(nothing, Reply.Previewed.class).changes().size();
    if (entries == 0) {
      told.accept("secondary: empty, or to be made");
    } else if (mayHold) {
      told.accept("secondary: holds data, which is taken over");
    } else {
      throw new GeorepException(
          ExitCode.REFUSED,
          "The secondary "
              + session.secondary().describe()
              + " holds data already ("
              + entries
              + " names at its top). Choose an empty directory, or take over what is there with"
              + " --adopt");
    }
  }

  static ExitCode code(ConnectionException e) {
    return switch (e.reason()) {
      case AUTHENTICATION, HOST_KEY -> ExitCode.AUTHENTICATION;
      case UNREACHABLE, LOST -> ExitCode.UNREACHABLE;
      case MISSING_PROGRAM, NO_MORE_CHANNELS, PROTOCOL -> ExitCode.ERROR;
    };
  }
}
