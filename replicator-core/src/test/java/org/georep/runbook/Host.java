package org.georep.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.cli.Launcher;
import org.georep.cli.MonitorProgram;
import org.georep.posix.NativeLibc;
import org.georep.replicator.monitor.ProcessMark;
import org.georep.secondary.AgentMain;
import org.georep.testing.JavaProgram;
import org.georep.testing.Program;
import org.georep.testing.Sshd;

/**
 * A host of the runbooks on this one: a directory stands for its root, and it has a state of its
 * own, a monitor when one is started, and an sshd under which georep is installed. What is typed on
 * it is run as it is, but for the paths and addresses, and for what its ssh would be configured
 * with.
 */
final class Host {
  /** What is run besides georep. */
  private static final Set<String> PROGRAMS = Set.of("ssh-keygen", "cat", "echo", "sed", "rsync");

  /** The pages' paths, and on whose host if that is said. */
  private static final Pattern PLACE =
      Pattern.compile("(?<![\\w/.~-])(?:(\\w+\\.example):)?(/(?:data|srv|etc)\\b[\\w/.-]*)");

  private final Stage stage;
  private final String name;
  private final Path directory;
  private final Map<String, Path> places = new HashMap<>();
  private final List<MonitorProgram> monitors = new ArrayList<>();
  private Path state;
  private Optional<Sshd> sshd = Optional.empty();

  Host(Stage stage, String name, Path directory) {
    this.stage = stage;
    this.name = name;
    this.directory = directory;
    this.state = directory.resolve("state");
  }

  /** Puts one of its paths somewhere else, as a mount does. */
  void place(String path, Path where) {
    places.put(path, where);
  }

  /** Puts its state somewhere else. */
  void placeState(Path where) {
    state = where;
  }

  Path state() {
    return state;
  }

  /** Returns where one of its paths is here; with its parent made. */
  Path path(String path) {
    for (Map.Entry<String, Path> place : places.entrySet()) {
      if (path.equals(place.getKey()) || path.startsWith(place.getKey() + "/")) {
        return Path.of(place.getValue() + path.substring(place.getKey().length()));
      }
    }
    Path here = directory.resolve("root" + path);
    try {
      Files.createDirectories(here.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return here;
  }

  /** Returns the home of the user its sshd lets in. */
  Path home() {
    return path("/root/.ssh/authorized_keys").getParent().getParent();
  }

  Sshd sshd() {
    if (sshd.isEmpty()) {
      try {
        Path programs = Files.createDirectories(directory.resolve("bin"));
        Path georep = programs.resolve("georep");
        Files.writeString(
            georep,
            "#!/bin/sh\nshift\nexec "
                + String.join(" ", JavaProgram.command(AgentMain.class))
                + " \"$@\"\n");
        Files.setPosixFilePermissions(georep, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path own = Files.createDirectories(directory.resolve("sshd"));
        sshd =
            Optional.of(
                Sshd.builder(own)
                    .configuration(
                        "SetEnv SHLVL=1 HOME=" + home() + " PATH=" + programs + ":/usr/bin:/bin")
                    .configuration(
                        "AuthorizedKeysFile "
                            + own.resolve("authorized_keys")
                            + " "
                            + home().resolve(".ssh/authorized_keys"))
                    .start());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return sshd.get();
  }

  /** What a client's ssh_config would say of this host. */
  private List<String> sshConfiguration() {
    List<String> options = new ArrayList<>();
    List<String> all = sshd().sshOptions();
    for (int i = 0; i + 1 < all.size(); i++) {
      if (all.get(i).equals("-o")) {
        options.add(all.get(i + 1));
      }
    }
    options.add("Port=" + sshd().port());
    options.add("HostName=" + sshd().host());
    options.add("User=" + sshd().user());
    return options;
  }

  /** Runs a command, which need not succeed. */
  Launcher.Result type(String command) throws Exception {
    Optional<StandIns.StandIn> standIn = StandIns.of(command);
    if (standIn.isPresent()) {
      return standIn.get().run(this);
    }
    String program = command.split(" ", 2)[0];
    if (program.equals("georep")) {
      return georep(command);
    }
    if (PROGRAMS.contains(program)) {
      return shell(command);
    }
    throw new AssertionError(
        "nobody knows how to run this in a test; put it into StandIns: " + command);
  }

  /** Runs a command that has to succeed. */
  Launcher.Result done(String command) throws Exception {
    Launcher.Result result = type(command);
    assertThat(result.code()).as("%s: %s%s", command, result.out(), result.err()).isZero();
    return result;
  }

  private Launcher.Result georep(String command) {
    List<String> words =
        new ArrayList<>(List.of(here(command).substring("georep ".length()).split(" ")));
    Optional<Host> other = otherHost(command);
    if (other.isPresent()) {
      other.get().sshConfiguration().forEach(option -> words.add("--ssh-option=" + option));
      words.add("--agent-command=georep agent");
      if (!command.contains("--ssh-key")) {
        words.add("--ssh-key=" + other.get().sshd().identityFile());
      }
    }
    return new Launcher(state).run(words.toArray(String[]::new));
  }

  /** Returns the host a command begins to work with. */
  private Optional<Host> otherHost(String command) {
    if (!command.contains(" session create ") && !command.contains(" failback ")) {
      return Optional.empty();
    }
    return namedHost(command)
        .or(
            () ->
                Optional.of(command.contains(" data-back ") ? stage.secondary() : stage.primary()));
  }

  /** Returns the first host that stands before a path. */
  private Optional<Host> namedHost(String command) {
    return PLACE
        .matcher(command)
        .results()
        .map(place -> place.group(1))
        .filter(host -> host != null)
        .map(stage::host)
        .findFirst();
  }

  private Launcher.Result shell(String command) {
    List<String> words = new ArrayList<>(List.of("env", "HOME=" + home()));
    namedHost(command)
        .ifPresent(
            host ->
                words.add(
                    "RSYNC_RSH=ssh -F none -i "
                        + host.sshd().identityFile()
                        + " -o "
                        + String.join(" -o ", host.sshConfiguration())));
    words.addAll(List.of("sh", "-c", here(command)));
    Program.Result result = Program.run(words);
    return new Launcher.Result(result.exitCode(), result.output(), "");
  }

  /** Returns it with the paths and addresses they have here. */
  private String here(String command) {
    return PLACE.matcher(command).replaceAll(this::here);
  }

  private String here(MatchResult place) {
    String on = place.group(1);
    String path = place.group(2);
    Path here = (on == null ? this : stage.host(on)).path(path);
    return Matcher.quoteReplacement(
        (on == null ? "" : on + ":") + here + (path.endsWith("/") ? "/" : ""));
  }

  /** Starts a monitor. */
  void startMonitor(String... arguments) throws IOException {
    monitors.add(new MonitorProgram(directory.resolve("monitor" + monitors.size()), arguments));
  }

  /** Returns the monitor that was started last. */
  MonitorProgram monitor() {
    return monitors.get(monitors.size() - 1);
  }

  /** Returns what a session's status says. */
  JsonNode status(String session) throws IOException {
    Launcher.Result result = new Launcher(state).run("status", session, "--json");
    return new ObjectMapper().readTree(result.out()).path(0);
  }

  /** Waits until a session's worker is in a state. */
  void awaitState(String session, String wanted) throws Exception {
    stage.until(
        session + " is " + wanted,
        () -> status(session).path("worker status").asText().equals(wanted));
  }

  /** Returns what an operator would look at. */
  String told() throws IOException {
    StringBuilder all = new StringBuilder();
    for (MonitorProgram monitor : monitors) {
      all.append(monitor.said());
    }
    for (JsonNode session : sessions()) {
      String each = session.get("session").asText();
      all.append(status(each)).append('\n');
      all.append(new Launcher(state).run("events", each).out());
      Path errors = state.resolve(each + "/log/worker.err");
      all.append(Files.exists(errors) ? Files.readString(errors) : "");
    }
    return all.toString();
  }

  private JsonNode sessions() throws IOException {
    return new ObjectMapper().readTree(new Launcher(state).run("session", "list", "--json").out());
  }

  /** Returns the captures that run for its sessions. */
  List<ProcessHandle> captures() throws IOException {
    List<ProcessHandle> running = new ArrayList<>();
    if (Files.isDirectory(state.resolve(".monitor"))) {
      try (DirectoryStream<Path> marks =
          Files.newDirectoryStream(state.resolve(".monitor"), "*.capture")) {
        for (Path mark : marks) {
          new ProcessMark(NativeLibc.instance(), mark).process().ifPresent(running::add);
        }
      }
    }
    return running;
  }

  /** Returns the workers of its sessions. */
  List<ProcessHandle> workers() throws IOException {
    List<ProcessHandle> running = new ArrayList<>();
    for (JsonNode session : sessions()) {
      if (session.path("pid").isNumber()) {
        ProcessHandle.of(session.path("pid").longValue()).ifPresent(running::add);
      }
    }
    return running;
  }

  /** Ends all that works on it at once, as a power cut does; its sshd stays. */
  void kill() throws IOException {
    monitors.forEach(MonitorProgram::close);
    for (List<ProcessHandle> each : Arrays.asList(workers(), captures())) {
      for (ProcessHandle process : each) {
        process.destroyForcibly();
        process.onExit().join();
      }
    }
  }

  void close() throws IOException {
    kill();
    sshd.ifPresent(Sshd::close);
  }

  @Override
  public String toString() {
    return name;
  }
}
