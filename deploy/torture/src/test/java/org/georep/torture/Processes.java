package org.georep.torture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.testing.Program;

/**
 * Finds the processes of one arena by a variable in their environment, which they inherit on both
 * sides, and sends them signals.
 */
final class Processes {
  static final String VARIABLE = "GEOREP_TORTURE";

  /** What a process is. */
  enum Role {
    REPLICATOR,
    CAPTURE,
    AGENT,
    SSH,
    ENGINE,
    OTHER
  }

  /** A process as it was found. */
  record Found(long pid, Role role, String command) {}

  private final String mark;

  Processes(String mark) {
    this.mark = VARIABLE + "=" + mark;
  }

  /** Returns those that run. */
  List<Found> all() {
    List<Found> found = new ArrayList<>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path directory : directories) {
        String environment = read(directory.resolve("environ"));
        if (("\0" + environment).contains("\0" + mark + "\0")) {
          String command = read(directory.resolve("cmdline"));
          if (!command.isEmpty()) {
            long pid = Long.parseLong(directory.getFileName().toString());
            found.add(new Found(pid, role(command), command.replace('\0', ' ')));
          }
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return found;
  }

  /** Returns those of one role. */
  List<Found> of(Role role) {
    return all().stream().filter(process -> process.role() == role).toList();
  }

  private static Role role(String command) {
    String[] words = command.split("\0", -1);
    String program = words[0].substring(words[0].lastIndexOf('/') + 1);
    return switch (program) {
      case "ssh" -> Role.SSH;
      case "rsync", "tar" -> Role.ENGINE;
      case "java" ->
          List.of(words).contains("replicate")
              ? Role.REPLICATOR
              : List.of(words).contains("capture") ? Role.CAPTURE : Role.AGENT;
      default -> Role.OTHER;
    };
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it has ended meanwhile
    }
  }

  /** Sends a signal, such as {@code KILL}; one that has ended meanwhile gets none: false. */
  static boolean signal(String name, long pid) {
    return Program.run(List.of("kill", "-" + name, Long.toString(pid))).exitCode() == 0;
  }

  /** Ends them all at once. */
  void killAll() {
    for (int i = 0; i < 50; i++) {
      List<Found> left = all();
      if (left.isEmpty()) {
        return;
      }
      left.forEach(process -> signal("KILL", process.pid()));
    }
  }
}
