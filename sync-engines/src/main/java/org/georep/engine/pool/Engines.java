package org.georep.engine.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.georep.connection.Link;
import org.georep.engine.ContentSource;
import org.georep.engine.Engine;
import org.georep.engine.EngineChoice;
import org.georep.engine.EngineUnavailableException;
import org.georep.engine.Stop;
import org.georep.engine.Throttle;
import org.georep.engine.WarmChannels;
import org.georep.engine.rsync.RsyncEngine;
import org.georep.engine.rsync.RsyncProgram;
import org.georep.engine.stream.FileSender;
import org.georep.engine.stream.Lookalikes;
import org.georep.engine.stream.Packer;
import org.georep.engine.tarssh.TarSshEngine;
import org.georep.posix.Libc;

/** The engines that work with this secondary. For any thread. */
final class Engines implements AutoCloseable {
  private final EngineChoice choice;
  private final Function<Agent, FileSender> senders;
  private final Optional<Engine> tar;
  private final Optional<Engine> rsync;
  private final WarmChannels channels;

  private Engines(
      EngineChoice choice,
      Function<Agent, FileSender> senders,
      Optional<Engine> tar,
      Optional<Engine> rsync,
      WarmChannels channels) {
    this.choice = choice;
    this.senders = senders;
    this.tar = tar;
    this.rsync = rsync;
    this.channels = channels;
  }

  /** Finds out which there are. */
  static Engines find(
      PoolOptions options, Libc libc, ContentSource source, Link link, Counters counters)
      throws EngineUnavailableException, InterruptedException {
    Throttle throttle = new Throttle(options.bytesPerSecond(), options.syncJobs());
    boolean farTar = options.programs().containsKey("tar");
    boolean streams = options.engine() == EngineChoice.STREAM;
    Optional<RsyncProgram> near =
        options.engine() == EngineChoice.TARSSH || streams
            ? Optional.empty()
            : RsyncProgram.find(options.rsync());
    boolean farRsync =
        Optional.ofNullable(options.programs().get("rsync"))
            .filter(RsyncProgram::goodEnough)
            .isPresent();
    check(options.engine(), farTar, near.isPresent(), farRsync);
    WarmChannels channels = new WarmChannels(link, warm(options, farTar));
    byte[] root = options.root();
    Optional<Engine> tar =
        Optional.of(
                new TarSshEngine(
                    libc, source, channels, root, throttle, counters.engine("tarssh")::wire))
            .filter(any -> farTar)
            .map(engine -> engine);
    Optional<Engine> rsync =
        near.filter(any -> farRsync)
            .map(
                program ->
                    new RsyncEngine(
                        libc,
                        source,
                        link,
                        root,
                        program,
                        throttle,
                        counters.engine("rsync")::wire));
    Packer packer = new Packer();
    Lookalikes lookalikes = new Lookalikes();
    LongConsumer streamed = counters.engine(StreamDelivery.NAME)::wire;
    Function<Agent, FileSender> senders =
        agent ->
            new FileSender(
                libc, source, throttle, streamed, packer, lookalikes, agent.port(), agent::newJob);
    return new Engines(options.engine(), senders, tar, rsync, channels);
  }

  private static int warm(PoolOptions options, boolean farTar) {
    return farTar && options.engine() == EngineChoice.TARSSH ? Math.min(2, options.syncJobs()) : 0;
  }

  private static void check(
      EngineChoice choice, boolean farTar, boolean nearRsync, boolean farRsync)
      throws EngineUnavailableException {
    List<String> wanting = new ArrayList<>();
    if (choice == EngineChoice.RSYNC && !nearRsync) {
      wanting.add("rsync 3.1 or newer on this host");
    }
    if (choice == EngineChoice.RSYNC && !farRsync) {
      wanting.add("rsync 3.1 or newer on the secondary's host");
    }
    if (choice == EngineChoice.TARSSH && !farTar) {
      wanting.add("GNU tar on the secondary's host");
    }
    if (!wanting.isEmpty()) {
      throw new EngineUnavailableException(
          "the engine "
              + choice.name().toLowerCase(java.util.Locale.ROOT)
              + " needs "
              + String.join(" and ", wanting)
              + "; install it, or choose another with --engine");
    }
  }

  /** Starts what can be started in advance. */
  void prepare() {
    channels.prepare();
  }

  /** Returns the carriers of one worker. */
  Carriers carriers(Agent agent, Counters counters, Stop stop) {
    FileSender sender = senders.apply(agent);
    StreamDelivery.Shifted shifted =
        rsync.isPresent() ? StreamDelivery.Shifted.UNFIT : StreamDelivery.Shifted.WHOLE;
    return new Carriers(
        choice,
        new StreamDelivery(sender, shifted, counters, stop),
        new StreamDelivery(sender, StreamDelivery.Shifted.NEVER_COMPARED, counters, stop),
        tar.map(engine -> new Delivery(engine, agent, counters, stop)),
        rsync.map(engine -> new Delivery(engine, agent, counters, stop)));
  }

  @Override
  public void close() {
    channels.close();
  }
}
