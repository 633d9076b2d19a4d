package org.georep.replicator.inspect;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.connection.AgentClient;
import org.georep.connection.ConnectionException;
import org.georep.connection.Link;
import org.georep.connection.LinkOptions;
import org.georep.connection.Links;
import org.georep.connection.RequestFailedException;
import org.georep.connection.SecondaryAddress;
import org.georep.name.Gfid;
import org.georep.name.Shown;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;
import org.georep.protocol.Keeping;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.StateDirectory;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerState;

/**
 * Looks whether a session can work, in the order in which it would fail: its secondary's host is
 * reached, its host key is the known one, the key is accepted, Java and the agent run there; then
 * room and clocks on both sides, whose the secondary is, whether roots lie in one another, and what
 * the worker says. What cannot be looked at, since something before it failed, is left out. Takes
 * no lock and changes nothing on the secondary, but that the agent is brought to its host.
 */
public final class SessionDoctor {
  private static final Gfid NONE = Gfid.of(new byte[] {0});
  private static final long LOW_INODES = 1000;

  /** mtimes are set, not made there; more than this confuses people, and checkpoints' times. */
  private static final Duration APART = Duration.ofSeconds(5);

  private final Libc libc;
  private final Clock clock;
  private final StateDirectory state;

  /** Makes one for the sessions of a state directory. */
  public SessionDoctor(Libc libc, Clock clock, StateDirectory state) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /** Returns what was found of one session, in a fixed order. */
  public List<Finding> examine(SessionConfiguration session)
      throws GeorepException, IOException, InterruptedException {
    List<Finding> findings = new ArrayList<>();
    Optional<Reply.Surveyed> there = connect(session, findings);
    Rooms rooms = new Rooms(libc, state);
    findings.add(rooms.here(session));
    there.ifPresent(
        surveyed -> {
          findings.add(Rooms.there(session, surveyed, LOW_INODES));
          findings.add(owner(session, surveyed));
        });
    findings.add(new NestedRoots(libc, state).examine(session, there));
    findings.add(worker(session.name()));
    return findings;
  }

  private Optional<Reply.Surveyed> connect(SessionConfiguration session, List<Finding> findings)
      throws IOException, InterruptedException {
    Settings settings = session.settings();
    LinkOptions options =
        new LinkOptions(
            settings.sshOptions(), settings.sshKey(), settings.agentCommand(), settings.timeout());
    String host =
        session.secondary() instanceof SecondaryAddress.Ssh ssh ? ssh.host() : "this host";
    try (Link link = Links.open(session.secondary(), options);
        AgentClient client = AgentClient.open(link, options.timeout())) {
      boolean ssh = session.secondary() instanceof SecondaryAddress.Ssh;
      passed(findings, host, ssh ? 3 : 0);
      findings.add(
          Finding.ok("java", "georep " + client.agentVersion() + "'s agent runs on " + host));
      return survey(session, client, findings);
    } catch (ConnectionException e) {
      failed(findings, host, e);
      return Optional.empty();
    } catch (RequestFailedException e) {
      findings.add(
          Finding.error(
              "agent", sentence(e) + ". Look at the directory and its disk on " + host + "."));
      return Optional.empty();
    }
  }

  /** What of reaching, host key and key went well. */
  private static void passed(List<Finding> findings, String host, int steps) {
    List<Finding> all =
        List.of(
            Finding.ok("reach", host + " is reached"),
            Finding.ok("host-key", "the host key of " + host + " is the one known here"),
            Finding.ok("key", host + " accepts the key"));
    findings.addAll(all.subList(0, steps));
  }

  private static void failed(List<Finding> findings, String host, ConnectionException e) {
    String sentence = sentence(e) + ".";
    switch (e.reason()) {
      case UNREACHABLE, LOST -> findings.add(Finding.error("reach", sentence));
      case HOST_KEY -> {
        passed(findings, host, 1);
        findings.add(Finding.error("host-key", sentence));
      }
      case AUTHENTICATION -> {
        passed(findings, host, 2);
        findings.add(Finding.error("key", sentence));
      }
      case MISSING_PROGRAM, PROTOCOL, NO_MORE_CHANNELS -> {
        passed(findings, host, 3);
        findings.add(Finding.error("java", sentence));
      }
    }
  }

  private Optional<Reply.Surveyed> survey(
      SessionConfiguration session, AgentClient client, List<Finding> findings)
      throws IOException, InterruptedException {
    Reply hello =
        client.call(
            new Request.Hello(
                session.secondary().directory(),
                session.id(),
                VolumeId.fresh(),
                NONE,
                Request.Mode.PREVIEW,
                Shown.of(RawPath.toBytes(session.primary())),
                Keeping.NOTHING,
                session.settings().minFree()),
            Reply.class);
    if (hello instanceof Reply.Refused refused) {
      findings.add(Finding.error("agent", refused.sentence() + "."));
      return Optional.empty();
    }
    Instant before = clock.instant();
    Reply.Surveyed surveyed = client.call(new Request.Survey(), Reply.Surveyed.class);
    findings.add(clock(surveyed.clock(), before, clock.instant()));
    client.call(new Request.Goodbye(), Reply.Done.class);
    return Optional.of(surveyed);
  }

  /** The answer was made between the two. */
  static Finding clock(Instant there, Instant before, Instant after) {
    Duration apart =
        there.isBefore(before)
            ? Duration.between(there, before)
            : there.isAfter(after) ? Duration.between(after, there) : Duration.ZERO;
    if (apart.compareTo(APART) <= 0) {
      return Finding.ok("clock", "both clocks tell the same time");
    }
    return Finding.warning(
        "clock",
        "the secondary's clock is "
            + apart.toSeconds()
            + " s "
            + (there.isBefore(before) ? "behind" : "ahead")
            + ". Nothing is copied wrong, but times in logs do not match. On both hosts: timedatectl"
            + " set-ntp true");
  }

  private static Finding owner(SessionConfiguration session, Reply.Surveyed surveyed) {
    String directory = session.secondary().describe();
    if (surveyed.promoted().isPresent()) {
      return Finding.error(
          "owner",
          directory
              + " was promoted at "
              + surveyed.promoted().get()
              + " and takes no changes any more. Replicate to another directory.");
    }
    if (surveyed.session().isEmpty()) {
      return Finding.ok(
          "owner",
          directory
              + (surveyed.exists()
                  ? " is nobody's secondary yet"
                  : " is not there yet; it is made when the session starts"));
    }
    if (!surveyed.session().get().equals(session.id())) {
      return Finding.error(
          "owner",
          directory
              + " is the secondary of another session ("
              + surveyed.session().get()
              + "). Choose another directory; or, if that session has ended, remove .georep there"
              + " and create this one anew with --adopt.");
    }
    return Finding.ok("owner", directory + " is this session's");
  }

  private Finding worker(SessionName name) throws GeorepException, IOException {
    List<WorkerReport> reports = new StatusReading(libc, state, clock).read(Optional.of(name));
    for (WorkerReport report : reports) {
      if (report.workerStatus() == WorkerState.FAULTY) {
        return Finding.error(
            "worker",
            report.reason() == null
                ? "it is Faulty and does not say why. See: georep events " + name
                : report.reason());
      }
      if (report.quarantined() != null && report.quarantined() > 0) {
        return Finding.warning(
            "worker",
            report.quarantined()
                + " entries are in quarantine. See: georep quarantine list "
                + name);
      }
      return Finding.ok(
          "worker",
          "it is "
              + (report.workerStatus() == null ? "Not Started" : report.workerStatus().text()));
    }
    return Finding.ok("worker", "it has not run yet");
  }

  private static String sentence(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
