package org.georep.engine.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.connection.Link;
import org.georep.engine.ContentSource;
import org.georep.engine.Engine;
import org.georep.engine.EngineChoice;
import org.georep.engine.EngineUnavailableException;
import org.georep.engine.FileJob;
import org.georep.engine.Throttle;
import org.georep.engine.WarmChannels;
import org.georep.engine.rsync.RsyncEngine;
import org.georep.engine.rsync.RsyncProgram;
import org.georep.engine.tarssh.TarSshEngine;
import org.georep.posix.Libc;

/**
 * The engines that work with this secondary, and which of them a file is given to. For any thread.
 */
final class Engines implements AutoCloseable {
  /** From this size on what rsync saves is worth what it costs. */
  static final long RSYNC_FROM = 1L << 20;

  private final EngineChoice choice;
  private final Optional<Engine> tar;
  private final Optional<Engine> rsync;
  private final WarmChannels channels;

  private Engines(
      EngineChoice choice, Optional<Engine> tar, Optional<Engine> rsync, WarmChannels channels) {
    this.choice = choice;
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
    Optional<RsyncProgram> near =
        options.engine() == EngineChoice.TARSSH
            ? Optional.empty()
            : RsyncProgram.find(options.rsync());
    boolean farRsync =
        Optional.ofNullable(options.programs().get("rsync"))
            .filter(RsyncProgram::goodEnough)
            .isPresent();
    check(options.engine(), farTar, near.isPresent(), farRsync);
    WarmChannels channels = new WarmChannels(link, farTar ? Math.min(2, options.syncJobs()) : 0);
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
    return new Engines(options.engine(), tar, rsync, channels);
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
    if (choice == EngineChoice.AUTO && !farTar && !(nearRsync && farRsync)) {
      wanting.add("GNU tar on the secondary's host, or rsync 3.1 or newer on both");
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

  /** Returns the engine for a file. */
  Engine choose(FileJob job) {
    boolean byRsync =
        switch (choice) {
          case RSYNC -> true;
          case TARSSH -> false;
          case AUTO -> job.have() >= RSYNC_FROM && (job.size() < 0 || job.size() >= RSYNC_FROM);
        };
    Optional<Engine> first = byRsync ? rsync : tar;
    Optional<Engine> second = byRsync ? tar : rsync;
    return first.or(() -> second).orElseThrow();
  }

  /** Returns the engine for files this one could not carry, if there is another. */
  Optional<Engine> instead(Engine engine) {
    return tar.filter(other -> other != engine);
  }

  @Override
  public void close() {
    channels.close();
  }
}
