package org.georep.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;

/**
 * Runs the scenarios and prints a table each: medians, ratios to the fastest peer, every single
 * run, and what it cost. What was measured is kept, and drawn.
 */
public final class Bench {
  private static final List<String> OPTIONS =
      List.of(
          "--georep", "--runs", "--files", "--only", "--peers", "--engines", "--out", "--result");
  private static final String PLOT_ONLY = "--plot-only";

  private final Map<String, String> options;

  private Bench(Map<String, String> options) {
    this.options = options;
  }

  /** Runs it; {@code --help} says what can be chosen. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = new LinkedHashMap<>();
    int step;
    for (int i = 0; i < arguments.length; i += step) {
      step = arguments[i].equals(PLOT_ONLY) ? 1 : 2;
      if (step == 2 && (!OPTIONS.contains(arguments[i]) || i + 1 == arguments.length)) {
        System.out.println(help());
        System.exit(arguments[i].equals("--help") ? 0 : 1);
      }
      options.put(arguments[i], step == 1 ? "" : arguments[i + 1]);
    }
    new Bench(options).run();
  }

  private static String help() {
    String all = Stream.of(Scenario.values()).map(Scenario::title).collect(Collectors.joining(","));
    return """
        deploy/bench/run [--runs N] [--files N] [--only A,B] [--peers A,B] [--engines A,B]
                         [--out FILE] [--result DIR] [--plot-only]
          --runs       rounds, in each of which all peers take turns; 3 (two where the link is far, one
                       of latency, append, memory and gap, and of all that syncthing does)
          --files      of first-sync, restart and memory; 50000
          --only       scenarios; %s
          --peers      by the beginning of their names: nothing, byte stream, tar, rsync, lsyncd,
                       syncthing, georep; all that are installed, of gap rsync and georep
          --engines    georep's; auto,tarssh,stream,rsync. The first alone where next to no contents
                       are sent
          --out        a file the tables are added to as they come
          --result     where result.json and result.svg are; what was not measured now stays in
                       them; deploy/bench
          --plot-only  draw result.svg and print the tables again from result.json"""
        .formatted(all);
  }

  private void run() throws Exception {
    Path result = Path.of(options.getOrDefault("--result", "."));
    Results results = Results.open(result.resolve("result.json"));
    if (options.containsKey(PLOT_ONLY)) {
      for (Work work : results.works()) {
        tell(Table.of(work));
      }
      draw(results, result);
      return;
    }
    int runs = Integer.parseInt(options.getOrDefault("--runs", "3"));
    int files = Integer.parseInt(options.getOrDefault("--files", "50000"));
    List<String> only = list("--only", "");
    String machine = Machine.describe();
    try (Sandbox sandbox = Sandbox.open();
        Sshd sshd = Sshd.start(sandbox.directory("sshd"))) {
      Round round = new Round(sandbox, Round.started(), files);
      for (Scenario scenario : Scenario.values()) {
        if (only.equals(List.of("")) || only.contains(scenario.title())) {
          Work work =
              new Work(
                  scenario.title(),
                  scenario.about(files),
                  scenario.unit(),
                  LocalDate.now(ZoneOffset.UTC).toString(),
                  machine,
                  measure(scenario, runs, round, sandbox, sshd));
          tell(Table.of(work));
          results.keep(work);
          draw(results, result);
        }
      }
    }
  }

  private static void draw(Results results, Path directory) throws IOException {
    Files.writeString(directory.resolve("result.svg"), Plot.of(results.works()));
  }

  private void tell(String table) throws IOException {
    System.out.print(table);
    String out = options.getOrDefault("--out", "");
    if (!out.isEmpty()) {
      Files.writeString(
          Path.of(out),
          table,
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  private List<String> list(String option, String otherwise) {
    return Arrays.asList(options.getOrDefault(option, otherwise).split(",", -1));
  }

  private List<Peer> peers(Scenario scenario, Sshd sshd, int port, Path scratch) {
    Path program = Path.of(options.getOrDefault("--georep", "deploy/georep"));
    List<String> wanted = list("--peers", "");
    List<String> engines = list("--engines", "auto,tarssh,stream,rsync");
    return new Peers(sshd, port, program, scratch)
        .all(scenario.isOfContents() ? engines : engines.subList(0, 1)).stream()
            .filter(
                peer ->
                    wanted.equals(List.of(""))
                        ? scenario.isUsualFor(peer)
                        : wanted.stream().anyMatch(peer.name()::startsWith))
            .toList();
  }

  private Map<String, List<Outcome>> measure(
      Scenario scenario, int runs, Round round, Sandbox sandbox, Sshd sshd) throws Exception {
    Map<String, List<Outcome>> outcomes = new LinkedHashMap<>();
    try (Relay relay = Relay.start(scenario.link(), sshd.port())) {
      know(sshd, relay.port());
      int port = scenario.isCounted() ? relay.port() : sshd.port();
      for (int run = 0; run < scenario.rounds(runs); run++) {
        for (Peer peer : peers(scenario, sshd, port, sandbox.directory("scratch"))) {
          if ((!peer.usesSsh() && scenario.link().isSlow()) || run >= peer.rounds(runs)) {
            continue;
          }
          boolean counted = scenario.isCounted() && peer.usesSsh();
          Outcome outcome = round.run(scenario, peer, new Traffic(counted ? relay : null));
          if (!outcome.values().isEmpty()) {
            outcomes.computeIfAbsent(peer.name(), name -> new ArrayList<>()).add(outcome);
          }
        }
      }
    }
    return outcomes;
  }

  /** The relay answers with the server's key. */
  private static void know(Sshd sshd, int port) throws IOException {
    String line = Files.readAllLines(sshd.knownHostsFile()).get(0);
    Files.writeString(
        sshd.knownHostsFile(),
        line.replace("]:" + sshd.port() + " ", "]:" + port + " ") + "\n",
        StandardOpenOption.APPEND);
  }
}
