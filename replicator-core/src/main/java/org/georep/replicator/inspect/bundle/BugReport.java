package org.georep.replicator.inspect.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.posix.Libc;
import org.georep.replicator.inspect.Finding;
import org.georep.replicator.inspect.JournalListing;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.StateDirectory;

/**
 * Gathers what a bug report needs: versions, how sessions are set up, what they say of themselves,
 * the ends of their logs, and what their processes are doing. Only files that are named here are
 * looked at, so nothing of what is replicated, no key and no environment gets in; {@link Secrets}
 * goes over each text. Names of files do occur, in logs and the quarantine.
 */
public final class BugReport {
  private static final int LARGEST_LOG = 256 << 10;
  private static final int LARGEST_FILE = 1 << 20;
  private static final int LARGEST_KEY = 16 << 10;

  /** Of a session's directory; its sockets, locks and keys are not among them. */
  private static final Pattern FILES =
      Pattern.compile(
          "session\\.yaml|deleted\\.yaml|.*\\.status|events(\\.1)?|quarantine|adopt|released"
              + "|deletes\\.(named|accepted)|.*\\.(stime|volume|verify|checkpoints)");

  private static final Pattern LOGS = Pattern.compile("georep\\.log(\\.[0-9]+)?");

  private final Libc libc;
  private final Clock clock;
  private final StateDirectory state;
  private final List<String> version;

  /**
   * Makes one.
   *
   * @param version of this program, a line each
   */
  public BugReport(Libc libc, Clock clock, StateDirectory state, List<String> version) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.state = Objects.requireNonNull(state, "state is null");
    this.version = List.copyOf(version);
  }

  /**
   * Writes it.
   *
   * @param file a tar.gz, which must not be there yet
   * @param host what was found of this host
   * @param told takes what it contains, a line each
   */
  public void write(Path file, List<Finding> host, Consumer<String> told)
      throws GeorepException, IOException, InterruptedException {
    try (Archive archive = Archive.create(file, clock, secrets(), told)) {
      archive.add("versions.txt", versions());
      archive.add("host.txt", findings(host));
      archive.add("mounts.txt", Tail.of(Path.of("/proc/self/mounts"), LARGEST_FILE));
      for (SessionDirectory session : state.sessions()) {
        add(archive, session);
      }
      monitor(archive);
      processes(archive);
      archive.finish();
    }
  }

  /** What is known here to open something. */
  private Secrets secrets() throws IOException {
    Secrets secrets = new Secrets();
    key(secrets, state.listenToken());
    for (SessionDirectory session : state.sessions()) {
      key(secrets, session.key());
      try {
        Optional<SessionConfiguration> found = new SessionFile(libc, session.yaml()).read();
        found.ifPresent(it -> learn(secrets, it));
      } catch (GeorepException e) {
        // It is masked by its form.
      }
    }
    return secrets;
  }

  private static void learn(Secrets secrets, SessionConfiguration session) {
    session.settings().sshKey().ifPresent(file -> key(secrets, file));
    session.settings().hook().stream().skip(1).forEach(secrets::learn);
    session
        .settings()
        .heartbeatUrl()
        .ifPresent(
            url -> {
              Optional.ofNullable(url.getRawPath()).ifPresent(secrets::learn);
              Optional.ofNullable(url.getRawQuery()).ifPresent(secrets::learn);
              Optional.ofNullable(url.getRawUserInfo()).ifPresent(secrets::learn);
            });
  }

  private static void key(Secrets secrets, Path file) {
    try {
      secrets.learnLines(Tail.of(file, LARGEST_KEY));
    } catch (IOException e) {
      // There is none, or it cannot be read: then it is in no text here either.
    }
  }

  private String versions() throws IOException {
    List<String> lines = new ArrayList<>(version);
    lines.add("Java vendor " + System.getProperty("java.vendor"));
    lines.add("written " + clock.instant());
    lines.add("state directory " + state.path());
    for (String file : List.of("/proc/version", "/etc/os-release", "/proc/uptime")) {
      if (Files.isReadable(Path.of(file))) {
        lines.add(file + ":");
        lines.add(Files.readString(Path.of(file), StandardCharsets.UTF_8).strip());
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static String findings(List<Finding> host) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : host) {
      text.append(finding.level()).append(' ').append(finding.subject()).append(": ");
      text.append(finding.sentence()).append('\n');
    }
    return text.toString();
  }

  private void add(Archive archive, SessionDirectory session) throws IOException {
    String name = "sessions/" + session.name() + "/";
    files(archive, name, session.path(), FILES, LARGEST_FILE);
    files(archive, name + "checkpoints/", session.checkpoints(), Pattern.compile(".*"), 4096);
    files(archive, name + "log/", session.log(), LOGS, LARGEST_LOG);
    try {
      Optional<SessionConfiguration> found = new SessionFile(libc, session.yaml()).read();
      if (found.isPresent()) {
        Path journal = state.journal(found.get().volume());
        archive.add(
            name + "journal.json",
            Files.isDirectory(journal)
                ? new JournalListing(JournalDirectory.at(journal), clock).stat() + "\n"
                : "there is none\n");
      }
    } catch (GeorepException | IOException e) {
      archive.add(name + "journal.json", "cannot be read: " + e.getMessage() + "\n");
    }
  }

  /** Adds the regular files of a directory whose names fit. */
  private static void files(Archive archive, String to, Path from, Pattern names, int most)
      throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(from)) {
      for (Path entry : entries) {
        if (names.matcher(String.valueOf(entry.getFileName())).matches()
            && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
          found.add(entry);
        }
      }
    } catch (NoSuchFileException e) {
      return;
    }
    Collections.sort(found);
    for (Path file : found) {
      String name = String.valueOf(file.getFileName());
      try {
        String text = Tail.of(file, most);
        archive.add(to + name, name.endsWith(".yaml") ? Secrets.maskHook(text) : text);
      } catch (NoSuchFileException e) {
        // A log that was rotated meanwhile, say.
      }
    }
  }

  private void monitor(Archive archive) throws IOException {
    Path directory = state.path().resolve(".monitor");
    files(archive, "monitor/", directory, Pattern.compile(".*\\.err"), LARGEST_LOG);
  }

  private void processes(Archive archive) throws IOException, InterruptedException {
    Map<Long, String> running = new Processes(libc, state).running();
    StringBuilder text = new StringBuilder();
    running.forEach((pid, what) -> text.append(Processes.describe(pid, what)));
    archive.add("processes.txt", running.isEmpty() ? "none runs\n" : text.toString());
    for (Long pid : running.keySet()) {
      Optional<String> threads = Processes.threads(pid);
      if (threads.isPresent()) {
        archive.add("threads/" + pid + ".txt", threads.get());
      }
    }
  }
}
