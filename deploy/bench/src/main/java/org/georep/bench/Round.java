package org.georep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;

/** One peer's turn at a scenario, on two fresh file systems. */
final class Round {
  private static final int MEBIBYTES = 3_000;
  private static final int INODES = 400_000;
  private static final int LARGE = 3;

  private final Sandbox sandbox;
  private final List<Long> servers;
  private final int files;

  /**
   * Prepares one.
   *
   * @param servers processes that run already and are counted as the peer's, such as sshd
   * @param files how many files a first copy and a restart are about
   */
  Round(Sandbox sandbox, List<Long> servers, int files) {
    this.sandbox = sandbox;
    this.servers = servers;
    this.files = files;
  }

  /** Runs it; no values if the peer cannot do it. */
  Outcome run(Scenario scenario, Peer peer, Traffic traffic) throws Exception {
    return run(scenario, peer, traffic, usage -> {});
  }

  /**
   * Runs it.
   *
   * @param begun is told what is used before anything is
   */
  Outcome run(Scenario scenario, Peer peer, Traffic traffic, Consumer<Usage> begun)
      throws Exception {
    boolean large = scenario == Scenario.RESTART_LARGE || files > INODES / 2;
    try (LoopImage primary = image(large);
        LoopImage secondary = image(large)) {
      Path log = Files.createTempFile(sandbox.path(), "peer", ".log");
      Usage usage = Usage.begin(servers);
      try {
        begun.accept(usage);
        traffic.mark();
        Trial trial =
            new Trial(
                peer, primary.mountPoint(), secondary.mountPoint(), files, log, usage, traffic);
        List<Double> values = scenario.run(trial);
        return new Outcome(
            values, usage.cpuSeconds(), usage.mostMemory(), traffic.bytesEach(values.size()));
      } finally {
        usage.close(servers);
      }
    }
  }

  /** A fresh ext4: one that reuses just-deleted inodes is up to ten times slower. */
  private LoopImage image(boolean large) throws IOException {
    int factor = large ? LARGE : 1;
    LoopImage image =
        LoopImage.create(
            LoopImage.Kind.EXT4,
            sandbox.path(),
            MEBIBYTES * factor,
            "-N",
            Integer.toString(INODES * factor));
    image.mount();
    return image;
  }

  /** Returns what this process has started and what goes on running: servers. */
  static List<Long> started() {
    return ProcessHandle.current().children().map(ProcessHandle::pid).toList();
  }
}
