package org.georep.replicator.failover;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.connection.SecondaryAddress;
import org.georep.name.Shown;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.posix.RawPath;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.session.AddressBytes;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.SessionLock;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.SessionPreparation;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.StateDirectory;
import org.georep.replicator.volume.KnownVolume;
import org.georep.replicator.volume.PrimaryTree;
import org.georep.replicator.volume.PrimaryTrees;
import org.georep.replicator.volume.VolumeChangedException;
import org.georep.replicator.volume.VolumeMarker;

/**
 * Failing a session back: the promoted secondary becomes the primary of a session of its own, whose
 * secondary is the old primary. That session is an ordinary one, {@code NAME-back}, and that of
 * failing back {@code NAME-back} is {@code NAME}: so the direction can be turned as often as
 * wanted, by the same two names.
 *
 * <p>What is special is the handover before its first run: the promoted one's agent tells which
 * inode stands for which of the old primary's, and the old primary's agent marks them so. The
 * session's configuration and epoch are durable before that is done; a handover that was
 * interrupted is done again; one that is done is noticed and costs one question.
 */
public final class Failback {
  private static final String BACK = "-back";

  private final Libc libc;
  private final Clock clock;
  private final StateDirectory state;

  /** Makes it for a state directory. */
  public Failback(Libc libc, Clock clock, StateDirectory state) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /** Returns the name of the session in the other direction. */
  public static SessionName reverse(SessionName name) throws GeorepException {
    String text = name.text();
    String reversed =
        text.endsWith(BACK) && text.length() > BACK.length()
            ? text.substring(0, text.length() - BACK.length())
            : text + BACK;
    if (!SessionName.isName(reversed)) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The name '" + name + "' is too long for failing back. Promote with a shorter --name.");
    }
    return new SessionName(reversed);
  }

  /**
   * Finds both ends and describes the session in the other direction; writes nothing.
   *
   * @param name the session that is failed back, as promoted on this host
   * @param root the promoted directory, where the name does not tell
   * @param to where the old primary is reached from here, where that is not as it was recorded
   * @throws GeorepException if they are not known
   */
  public SessionConfiguration prepare(
      SessionName name, Optional<byte[]> root, Optional<byte[]> to, Settings settings)
      throws GeorepException, IOException {
    Optional<PromotedRoot> promoted =
        PromotedRoot.read(libc, state.session(name).promoted()).or(() -> ofLocal(name));
    byte[] primary =
        root.or(() -> promoted.map(PromotedRoot::root))
            .orElseThrow(
                () ->
                    new GeorepException(
                        ExitCode.NO_SUCH_SESSION,
                        "No secondary was promoted here as '"
                            + name
                            + "'. Run: georep promote ROOT; or say where it is with --root ROOT."));
    SessionName reverse = reverse(name);
    byte[] secondary =
        to.or(() -> recorded(reverse, primary))
            .or(() -> promoted.filter(known -> known.primary().length > 0).map(Failback::address))
            .orElseThrow(
                () ->
                    new GeorepException(
                        ExitCode.ERROR,
                        "Where the old primary is was not recorded. Say it with --to HOST:DIR."));
    SessionPreparation preparation = new SessionPreparation(libc, state);
    if (to.isEmpty() || configuration(reverse).isEmpty()) {
      return preparation.prepare(Optional.of(reverse), primary, secondary, settings);
    }
    return preparation.readdress(reverse, primary, secondary, settings);
  }

  /** Of a session with both ends on this host, its own configuration tells. */
  private Optional<PromotedRoot> ofLocal(SessionName name) {
    return configuration(name)
        .filter(known -> known.secondary() instanceof SecondaryAddress.Local)
        .map(
            known ->
                new PromotedRoot(
                    known.secondary().directory(), "", RawPath.toBytes(known.primary())));
  }

  /** Of a session that went in that direction before, its own address of the other end is taken. */
  private Optional<byte[]> recorded(SessionName reverse, byte[] primary) {
    return configuration(reverse)
        .filter(known -> known.primary().equals(RawPath.toPath(primary)))
        .map(known -> AddressBytes.of(known.secondary()));
  }

  private Optional<SessionConfiguration> configuration(SessionName name) {
    try {
      return new SessionFile(libc, state.session(name).yaml()).read();
    } catch (IOException | GeorepException e) {
      return Optional.empty(); // then somebody has to say it
    }
  }

  private static byte[] address(PromotedRoot promoted) {
    if (promoted.host().isEmpty()) {
      return promoted.primary();
    }
    ByteArrayOutputStream address = new ByteArrayOutputStream();
    address.writeBytes((promoted.host() + ":").getBytes(StandardCharsets.UTF_8));
    address.writeBytes(promoted.primary());
    return address.toByteArray();
  }

  /** Returns the commands that turn the direction again, each with where it is to be run. */
  public static List<String> turning(SessionConfiguration configuration) throws GeorepException {
    SecondaryAddress old = configuration.secondary();
    String there = old instanceof SecondaryAddress.Ssh ssh ? "on " + ssh.host() : "here";
    String root = Shown.of(RawPath.toBytes(configuration.primary()));
    SessionName name = configuration.name();
    List<String> lines = new ArrayList<>();
    lines.add("To turn the direction again, end all work in " + root + ", and then run");
    lines.add("  here: georep failback " + reverse(name) + " --once");
    lines.add("  " + there + ": georep promote " + Shown.of(old.directory()));
    lines.add("  " + there + ": georep failback " + name + "   (it runs until it is stopped)");
    return lines;
  }

  /**
   * Hands the old primary over, unless that was done before.
   *
   * @return what was known again
   * @throws GeorepException if one of the ends refuses, or cannot be reached
   */
  public Reply.HandedOver handOver(SessionConfiguration configuration)
      throws GeorepException, IOException, InterruptedException {
    SessionDirectory session = state.session(configuration.name());
    session.make();
    byte[] root = RawPath.toBytes(configuration.primary());
    try (SessionLock lock = SessionLock.take(libc, session);
        PrimaryTree tree = PrimaryTrees.open(libc, root, clock);
        AgentCall promoted = AgentCall.here(root)) {
      Objects.requireNonNull(lock);
      Reply.Kin kin = promoted.ask(new Request.NextKin(root), Reply.Kin.class);
      VolumeId volume =
          new KnownVolume(
                  libc,
                  session.volumeId(configuration.volume()),
                  session.volumeWitness(configuration.volume()))
              .meet(new VolumeMarker(libc, root));
      try (AgentCall old = AgentCall.to(configuration)) {
        Request.Handover handover =
            new Request.Handover(
                configuration.secondary().directory(),
                configuration.id(),
                volume,
                tree.rootGfid(),
                kin.former(),
                kin.epoch(),
                Origins.shown(configuration));
        Reply begun = old.ask(handover, Reply.class);
        // Not refused; and before the last of what follows makes it that session's secondary.
        new EpochFile(libc, session.epoch()).write(kin.epoch());
        new SessionFile(libc, session.yaml()).write(configuration);
        if (begun instanceof Reply.HandedOver nothing) {
          return nothing;
        }
        while (true) {
          Reply taken = old.ask(new Request.TakeKin(kin.relatives(), kin.last()), Reply.class);
          if (taken instanceof Reply.HandedOver over) {
            return over;
          }
          kin = promoted.ask(new Request.NextKin(root), Reply.Kin.class);
        }
      }
    } catch (VolumeChangedException e) {
      throw new GeorepException(ExitCode.REFUSED, e.getMessage() + ".", e);
    }
  }
}
