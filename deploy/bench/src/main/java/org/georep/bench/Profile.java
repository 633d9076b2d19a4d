package org.georep.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.georep.bench.profile.Processes;
import org.georep.bench.profile.Recorder;
import org.georep.bench.profile.Report;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;

/**
 * Runs one scenario with georep alone, all its processes recorded, and tells where their time went.
 * Where a scenario has something to prepare, only what follows counts.
 */
public final class Profile {
  private static final int WARM = 100;

  private Profile() {}

  /** Runs it: {@code SCENARIO [ENGINE [FILES]]}, after {@code --georep PROGRAM}. */
  public static void main(String[] arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(arguments));
    Path program = Path.of("deploy/georep");
    if (words.size() > 1 && words.get(0).equals("--georep")) {
      program = Path.of(words.get(1));
      words = words.subList(2, words.size());
    }
    List<String> given = words;
    List<Scenario> found =
        Arrays.stream(Scenario.values())
            .filter(scenario -> !given.isEmpty() && scenario.title().equals(given.get(0)))
            .toList();
    if (found.isEmpty() || words.size() > 3) {
      System.out.println(
          "deploy/bench/profile WORKLOAD [ENGINE [FILES]]\n  WORKLOAD "
              + Stream.of(Scenario.values()).map(Scenario::title).collect(Collectors.joining(", "))
              + "\n  ENGINE   auto"
              + "\n  FILES    of first-sync, restart and memory; 50000");
      System.exit(words.equals(List.of("--help")) ? 0 : 1);
    }
    String engine = words.size() > 1 ? words.get(1) : "auto";
    int files = words.size() > 2 ? Integer.parseInt(words.get(2)) : 50_000;
    System.out.print(run(program, found.get(0), engine, files));
  }

  private static String run(Path program, Scenario scenario, String engine, int files)
      throws Exception {
    try (Sandbox sandbox = Sandbox.open()) {
      Path directory = Files.createTempDirectory("georep-profile-");
      warmUp(program, engine, sandbox);
      Recorder recorder = new Recorder(directory);
      Path chunks = Files.createDirectory(directory.resolve("chunks"));
      try (Sshd sshd =
          Sshd.builder(sandbox.directory("sshd"))
              .configuration("SetEnv SHLVL=1 \"JAVA_TOOL_OPTIONS=" + recorder.options() + "\"")
              .start()) {
        Peer georep = recorded(peer(program, engine, sandbox, sshd), recorder);
        List<Processes> followed = new ArrayList<>();
        Round round = new Round(sandbox, Round.started(), files);
        List<Usage> used = new ArrayList<>();
        Outcome outcome =
            round.run(
                scenario,
                georep,
                new Traffic(null),
                usage -> {
                  used.add(usage);
                  followed.add(Processes.follow(recorder, chunks, usage::members));
                });
        for (Processes processes : followed) {
          processes.close();
        }
        Instant from = used.get(0).marked();
        String report = new Report(followed.get(0), chunks, directory).of(from);
        Dataset.delete(chunks);
        Dataset.delete(directory.resolve("repository"));
        return String.format(
                "%s with %s, recorded: %s %s (median of %d), CPU %.1f s in all with preparations%n",
                scenario.title(),
                georep.name(),
                String.format("%.2f", Scenario.median(outcome.values())),
                scenario.unit(),
                outcome.values().size(),
                outcome.cpuSeconds())
            + report;
      }
    }
  }

  private static Peer peer(Path program, String engine, Sandbox sandbox, Sshd sshd) {
    return new Peers(sshd, sshd.port(), program, sandbox.directory("scratch")).georep(engine);
  }

  /** The agent is brought to the secondary's host, and its classes to where they are found. */
  private static void warmUp(Path program, String engine, Sandbox sandbox) throws Exception {
    try (Sshd sshd = Sshd.start(sandbox.directory("warm"))) {
      Peer georep = peer(program, engine, sandbox, sshd);
      new Round(sandbox, Round.started(), WARM).run(Scenario.FIRST_SYNC, georep, new Traffic(null));
    }
  }

  private static Peer recorded(Peer peer, Recorder recorder) {
    return new Peer() {
      private List<String> recording(List<String> command) {
        List<String> words = new ArrayList<>();
        if (!command.isEmpty()) {
          words.addAll(List.of("env", "JAVA_TOOL_OPTIONS=" + recorder.options()));
          words.addAll(command);
        }
        return words;
      }

      @Override
      public String name() {
        return peer.name();
      }

      @Override
      public List<String> once(Path primary, Path secondary) {
        return recording(peer.once(primary, secondary));
      }

      @Override
      public List<String> continuous(Path primary, Path secondary) {
        return recording(peer.continuous(primary, secondary));
      }

      @Override
      public List<String> capture(Path primary) {
        return recording(peer.capture(primary));
      }
    };
  }
}
