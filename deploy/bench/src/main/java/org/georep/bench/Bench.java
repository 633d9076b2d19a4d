package org.georep.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;

/**
 * Runs the scenarios and prints a table: each value, the median, and the ratio to the first peer
 * that has one.
 */
public final class Bench {
  private static final int MEBIBYTES = 3_000;

  private final Map<String, String> options;

  private Bench(Map<String, String> options) {
    this.options = options;
  }

  /** Runs it. Options: --georep PROGRAM [--runs N] [--files N] [--only A,B] [--peers A,B]. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      options.put(arguments[i], arguments[i + 1]);
    }
    new Bench(options).run();
  }

  private void run() throws Exception {
    int runs = Integer.parseInt(options.getOrDefault("--runs", "3"));
    int files = Integer.parseInt(options.getOrDefault("--files", "50000"));
    List<String> only = list("--only", "first-sync,latency,burst,rewrites");
    try (Sandbox sandbox = Sandbox.open();
        Sshd sshd = Sshd.start(sandbox.directory("sshd"))) {
      List<Peer> peers = peers(sshd, sandbox.directory("scratch"));
      for (Scenario scenario : Scenario.values()) {
        if (only.contains(scenario.title())) {
          measure(scenario, peers, runs, files, sandbox);
        }
      }
    }
  }

  private List<String> list(String option, String otherwise) {
    return Arrays.asList(options.getOrDefault(option, otherwise).split(",", -1));
  }

  private List<Peer> peers(Sshd sshd, Path scratch) {
    List<String> ssh = sshd.ssh();
    List<String> georep =
        List.of(
            "--ssh-key",
            sshd.identityFile().toString(),
            "--ssh-option",
            "Port=" + sshd.port(),
            "--ssh-option",
            "UserKnownHostsFile=" + sshd.knownHostsFile());
    String host = sshd.user() + "@" + sshd.host();
    Path program = Path.of(options.getOrDefault("--georep", "deploy/georep"));
    List<Peer> all =
        List.of(
            Peer.tar(ssh),
            Peer.rsync(ssh),
            Peer.lsyncd(ssh, scratch),
            Peer.georep(program, georep, host, scratch, "auto"),
            Peer.georep(program, georep, host, scratch, "tarssh"),
            Peer.georep(program, georep, host, scratch, "stream"));
    List<String> wanted = list("--peers", "");
    return all.stream()
        .filter(
            peer -> wanted.equals(List.of("")) || wanted.stream().anyMatch(peer.name()::startsWith))
        .toList();
  }

  private static void measure(
      Scenario scenario, List<Peer> peers, int runs, int files, Sandbox sandbox) throws Exception {
    Map<Peer, List<List<Double>>> values = new LinkedHashMap<>();
    for (int run = 0; run < runs; run++) {
      for (Peer peer : peers) {
        try (LoopImage primary = image(sandbox);
            LoopImage secondary = image(sandbox)) {
          Path log = Files.createTempFile(sandbox.path(), "peer", ".log");
          List<Double> result =
              scenario.run(peer, primary.mountPoint(), secondary.mountPoint(), files, log);
          if (!result.isEmpty()) {
            values.computeIfAbsent(peer, p -> new ArrayList<>()).add(result);
          }
        }
      }
    }
    print(scenario, values);
  }

  /** A fresh ext4: one that reuses just-deleted inodes is up to ten times slower. */
  private static LoopImage image(Sandbox sandbox) {
    LoopImage image =
        LoopImage.create(LoopImage.Kind.EXT4, sandbox.path(), MEBIBYTES, "-N", "400000");
    image.mount();
    return image;
  }

  private static void print(Scenario scenario, Map<Peer, List<List<Double>>> values) {
    System.out.println();
    System.out.printf(Locale.ROOT, "%s (%s)%n", scenario.title(), scenario.unit());
    double base = 0;
    for (Map.Entry<Peer, List<List<Double>>> entry : values.entrySet()) {
      List<Double> medians = entry.getValue().stream().map(Scenario::median).toList();
      double median = Scenario.median(medians);
      base = base == 0 ? median : base;
      StringBuilder each = new StringBuilder();
      medians.forEach(value -> each.append(String.format(Locale.ROOT, " %.2f", value)));
      System.out.printf(
          Locale.ROOT,
          "  %-16s median %10.2f   ratio %6.2f   runs%s%n",
          entry.getKey().name(),
          median,
          median / base,
          each);
    }
  }
}
