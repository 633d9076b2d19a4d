package org.georep.replicator.inspect.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.georep.posix.Libc;
import org.georep.replicator.monitor.Monitor;
import org.georep.replicator.monitor.ProcessMark;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionLock;
import org.georep.replicator.session.StateDirectory;

/** The processes of georep that run for a state directory, and what their threads are doing. */
final class Processes {
  private static final long PATIENCE_SECONDS = 10;
  private static final int MOST = 4 << 20;
  private static final String CAPTURE = ".capture";

  private final Libc libc;
  private final StateDirectory state;

  Processes(Libc libc, StateDirectory state) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /** Returns what each is, by its id. */
  Map<Long, String> running() throws IOException {
    Map<Long, String> all = new TreeMap<>();
    Monitor.process(libc, state).ifPresent(pid -> all.put(pid, "monitor"));
    Path marks = state.path().resolve(".monitor");
    if (Files.isDirectory(marks)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(marks, "*" + CAPTURE)) {
        for (Path mark : found) {
          new ProcessMark(libc, mark)
              .process()
              .ifPresent(process -> all.put(process.pid(), "capture of " + mark.getFileName()));
        }
      }
    }
    for (SessionDirectory session : state.sessions()) {
      Optional<Long> holder = SessionLock.holder(libc, session);
      holder.filter(pid -> pid > 0).ifPresent(pid -> all.put(pid, "worker of " + session.name()));
    }
    return all;
  }

  /** Returns a line or more about one: its command, times and memory. */
  static String describe(long pid, String what) {
    StringBuilder text = new StringBuilder();
    text.append(pid).append(' ').append(what).append('\n');
    ProcessHandle.of(pid)
        .ifPresent(
            process -> {
              ProcessHandle.Info info = process.info();
              text.append("  command: ").append(info.commandLine().orElse("?")).append('\n');
              text.append("  started: ").append(info.startInstant().orElse(null)).append('\n');
              text.append("  cpu: ").append(info.totalCpuDuration().orElse(null)).append('\n');
            });
    for (String line : read(Path.of("/proc", Long.toString(pid), "status")).split("\n", -1)) {
      if (line.startsWith("Vm") || line.startsWith("Threads") || line.startsWith("State")) {
        text.append("  ").append(line).append('\n');
      }
    }
    return text.toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  /** Returns what its threads are doing; nothing if this Java has no program to ask with. */
  static Optional<String> threads(long pid) throws InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) {
      return Optional.empty();
    }
    try {
      Path said = Files.createTempFile("georep-threads", ".txt");
      try {
        Process asking =
            new ProcessBuilder(List.of(jcmd.toString(), Long.toString(pid), "Thread.print"))
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(said.toFile())
                .start();
        if (!asking.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          asking.destroyForcibly();
        }
        return Optional.of(Tail.of(said, MOST));
      } finally {
        Files.deleteIfExists(said);
      }
    } catch (IOException e) {
      return Optional.of("cannot be asked: " + e.getMessage() + "\n");
    }
  }
}
