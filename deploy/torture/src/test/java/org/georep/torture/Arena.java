package org.georep.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sshd;
import org.georep.torture.inside.BrokenCalls;

/**
 * Everything a run needs: a file system each for the primary and the secondary, a server to reach
 * the latter, the network between that can break, and the program. {@link #close} takes it all
 * down.
 */
final class Arena implements AutoCloseable {
  private static final int MEBIBYTES = 600;
  private static final Set<Processes.Role> JAVA =
      Set.of(Processes.Role.REPLICATOR, Processes.Role.CAPTURE, Processes.Role.AGENT);

  /** Root that may read everything, but not open by handle. */
  private static final List<String> WITHOUT_HANDLES =
      List.of("setpriv", "--bounding-set", "-dac_read_search", "--inh-caps", "-dac_read_search");

  private final Path georep;
  private final SetUp setUp;
  private final Path directory;
  private final LoopImage primaryImage;
  private final LoopImage secondaryImage;
  private final Sshd sshd;
  private final Relay relay;
  private final Processes processes;
  private final Daemon replicator;
  private final Optional<Daemon> capture;
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  /**
   * What an arena is made with besides a {@link SetUp}.
   *
   * @param mebibytes each file system has
   * @param options of {@code georep replicate}
   */
  record Extent(int mebibytes, List<String> options) {
    static final Extent SMALL = new Extent(MEBIBYTES, List.of());
  }

  private Arena(Path georep, SetUp setUp, Path directory, Extent extent) throws IOException {
    this.georep = georep;
    this.setUp = setUp;
    this.directory = directory;
    this.primaryImage = image("primary", extent.mebibytes());
    this.secondaryImage = image("secondary", extent.mebibytes());
    Files.createDirectories(primary());
    Files.createDirectories(outside());
    String mark = directory.toString();
    Path far = Files.createDirectories(directory.resolve("sshd"));
    // A home of its own: what a user's shell runs when it starts must not be killed, or waited for.
    Path home = Files.createDirectories(directory.resolve("home"));
    this.sshd =
        Sshd.builder(far)
            .configuration(
                "SetEnv "
                    + (Processes.VARIABLE + "=" + mark)
                    + (" XDG_CACHE_HOME=" + home.resolve("cache"))
                    + (" HOME=" + home))
            .start();
    this.relay = new Relay(sshd.port());
    this.processes = new Processes(mark);
    Path known = directory.resolve("known_hosts");
    String key = Files.readString(far.resolve("host_key.pub"));
    Files.writeString(known, "[127.0.0.1]:" + relay.port() + " " + key);
    Map<String, String> environment = Map.of(Processes.VARIABLE, mark);
    this.replicator =
        new Daemon(
            "replicate",
            replicate(georep, known, extent.options()),
            environment,
            directory.resolve("replicate.log"),
            complaints::add);
    this.capture =
        setUp.hosted()
            ? Optional.empty()
            : Optional.of(
                new Daemon(
                    "capture",
                    capture(georep),
                    environment,
                    directory.resolve("capture.log"),
                    complaints::add));
  }

  /** Makes one in a fresh directory below {@code parent} and starts the program. */
  static Arena open(Path georep, SetUp setUp, Path parent) throws IOException {
    return open(georep, setUp, parent, Extent.SMALL);
  }

  /** As above, of another size or with more options. */
  static Arena open(Path georep, SetUp setUp, Path parent, Extent extent) throws IOException {
    Files.createDirectories(parent);
    Path directory = Files.createTempDirectory(parent.toRealPath(), "arena").toRealPath();
    Arena arena = new Arena(georep, setUp, directory, extent);
    arena.startProgram();
    return arena;
  }

  private LoopImage image(String name, int mebibytes) throws IOException {
    Path place = Files.createDirectories(directory.resolve(name));
    LoopImage image = LoopImage.create(setUp.kind(), place, mebibytes);
    image.mount();
    return image;
  }

  private List<String> replicate(Path georep, Path known, List<String> options) {
    List<String> command = common(georep);
    command.addAll(List.of("-v", "replicate", primary().toString()));
    command.add("ssh://" + sshd.user() + "@127.0.0.1:" + relay.port() + secondary());
    command.addAll(List.of("--name", "torture", "--capture", setUp.capture()));
    command.addAll(List.of("--engine", setUp.engine(), "--timeout", "6s"));
    command.addAll(options);
    command.addAll(List.of("--wait-for-secondary", "--ssh-key", sshd.identityFile().toString()));
    for (String option :
        List.of(
            "IdentityAgent=none",
            "StrictHostKeyChecking=yes",
            "UserKnownHostsFile=" + known,
            "GlobalKnownHostsFile=/dev/null")) {
      command.addAll(List.of("--ssh-option", option));
    }
    return command;
  }

  /** Has all that is quarantined tried again, if the replicator is there to be told. */
  void retryQuarantined() {
    List<String> command = common(georep);
    command.addAll(List.of("quarantine", "retry", "torture"));
    Program.run(command);
  }

  /**
   * Returns whether capture is a process of its own with a journal that is little enough to be hit
   * when the replicator does not read for a while.
   */
  static boolean hasSmallJournal(SetUp setUp) {
    return !setUp.hosted() && setUp.seed() % 2 == 0;
  }

  private List<String> capture(Path georep) {
    List<String> command = common(georep);
    command.addAll(List.of("-v", "capture", primary().toString(), "--capture", setUp.capture()));
    if (hasSmallJournal(setUp)) {
      command.addAll(List.of("--journal-limit", "320KiB"));
    }
    return command;
  }

  private List<String> common(Path georep) {
    List<String> command = new ArrayList<>(setUp.handles() ? List.of() : WITHOUT_HANDLES);
    command.addAll(List.of(georep.toString(), "--state-dir", state().toString()));
    return command;
  }

  void startProgram() throws IOException {
    if (capture.isPresent()) {
      capture.get().start();
    }
    replicator.start();
  }

  void stopProgram() throws InterruptedException {
    replicator.stop();
    if (capture.isPresent()) {
      capture.get().stop();
    }
  }

  SetUp setUp() {
    return setUp;
  }

  Path directory() {
    return directory;
  }

  Path primary() {
    return primaryImage.mountPoint().resolve("primary");
  }

  /** Returns a directory on the primary's file system that is not replicated. */
  Path outside() {
    return primaryImage.mountPoint().resolve("outside");
  }

  Path secondary() {
    return secondaryImage.mountPoint().resolve("secondary");
  }

  Path state() {
    return directory.resolve("state");
  }

  LoopImage primaryImage() {
    return primaryImage;
  }

  LoopImage secondaryImage() {
    return secondaryImage;
  }

  Relay relay() {
    return relay;
  }

  Sshd sshd() {
    return sshd;
  }

  Processes processes() {
    return processes;
  }

  Daemon replicator() {
    return replicator;
  }

  /** Returns the capture of its own, unless the replicator captures. */
  Optional<Daemon> captureProcess() {
    return capture;
  }

  /** Returns what went on that no fault explains. */
  List<String> complaints() {
    return complaints;
  }

  /** Returns the worker's status, once there is one. */
  Optional<JsonNode> status() throws IOException {
    Path session = state().resolve("torture");
    if (!Files.isDirectory(session)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(session, "_*.status")) {
      for (Path file : files) {
        return Optional.of(JsonMapper.builder().build().readTree(Files.readAllBytes(file)));
      }
    }
    return Optional.empty();
  }

  /** Keeps the logs, the state and what all Java processes are doing. */
  void keepEvidence(Path target) throws IOException {
    Files.createDirectories(target);
    for (Processes.Found process : processes.all()) {
      if (JAVA.contains(process.role())) {
        Processes.signal("CONT", process.pid());
        Program.Result dump =
            Program.run(List.of("timeout", "10", "jstack", Long.toString(process.pid())));
        Files.writeString(
            target.resolve(process.role() + "-" + process.pid() + ".threads"),
            process.command() + "\n" + dump.output());
      }
    }
    for (String name :
        List.of("replicate.log", "capture.log", "state", "sshd/log", BrokenCalls.NOTES)) {
      Path from = directory.resolve(name);
      if (Files.exists(from)) {
        Program.run(
            List.of("cp", "-a", from.toString(), target.resolve(from.getFileName()).toString()));
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      stopProgram();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    relay.close();
    sshd.close();
    processes.killAll();
    primaryImage.close();
    secondaryImage.close();
    Program.run(List.of("rm", "-rf", directory.toString()));
  }
}
