package org.georep.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs the programs tests lean on: {@code mkfs}, {@code mount}, {@code rsync}, {@code ssh}. */
public final class Program {
  private Program() {}

  /**
   * What a program gave back.
   *
   * @param exitCode its exit status
   * @param output its standard output and error, one byte a character
   */
  public record Result(int exitCode, String output) {}

  /**
   * Runs a program to its end.
   *
   * @throws AssertionError if it does not end within {@link Waits#limit}
   */
  public static Result run(List<String> command) {
    return run(command, Waits.limit());
  }

  /**
   * Runs a program to its end.
   *
   * @throws AssertionError if it does not end within the limit
   */
  public static Result run(List<String> command, Duration limit) {
    try {
      Path output = Files.createTempFile("georep-program", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("did not end within " + limit + ": " + command);
        }
        return new Result(
            process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + command, e);
    }
  }

  /**
   * Runs a program that must succeed; its output.
   *
   * @throws AssertionError if it fails, with what it said
   */
  public static String check(List<String> command) {
    Result result = run(command);
    if (result.exitCode() != 0) {
      throw new AssertionError(
          "exit " + result.exitCode() + " of " + command + ": " + result.output());
    }
    return result.output();
  }

  /** As {@link #check(List)}. */
  public static String check(String... command) {
    return check(List.of(command));
  }

  /** Returns where a program is, looking into the administrator's directories too. */
  public static Optional<Path> find(String name) {
    List<String> directories = new ArrayList<>();
    String path = System.getenv("PATH");
    directories.addAll(path == null ? List.of() : List.of(path.split(":", -1)));
    directories.addAll(List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin"));
    return directories.stream()
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
