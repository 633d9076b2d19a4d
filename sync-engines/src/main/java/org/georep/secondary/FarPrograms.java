package org.georep.secondary;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which data programs this host has, by what they say of themselves. One that is of another make,
 * as busybox's tar, counts as missing: it lacks options that are needed.
 */
final class FarPrograms {
  private static final int MOST_OUTPUT = 1 << 16;

  /** A process that a signal ended has this and the signal's number as its exit value. */
  private static final int BY_SIGNAL = 128;

  private static final int TRIES = 3;

  static final Map<String, Pattern> KNOWN =
      Map.of(
          "rsync", Pattern.compile("^rsync\\s+version v?([0-9][0-9A-Za-z.-]*)"),
          "tar", Pattern.compile("^tar \\(GNU tar\\) ([0-9][0-9A-Za-z.-]*)"));

  private FarPrograms() {}

  /** Returns the names of those found, and their versions. */
  static Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    KNOWN.forEach(
        (name, pattern) ->
            version(name, pattern).ifPresent(version -> versions.put(name, version)));
    return versions;
  }

  /** One that somebody killed has said nothing of itself: it is asked again. */
  static Optional<String> version(String name, Pattern pattern) {
    Asked asked = ask(name, pattern);
    for (int tries = 1; asked.killed() && tries < TRIES; tries++) {
      asked = ask(name, pattern);
    }
    return asked.version();
  }

  private record Asked(Optional<String> version, boolean killed) {
    private static final Asked IN_VAIN = new Asked(Optional.empty(), false);
  }

  private static Asked ask(String name, Pattern pattern) {
    ProcessBuilder builder = new ProcessBuilder(List.of(name, "--version"));
    builder.environment().put("LC_ALL", "C");
    builder.redirectErrorStream(true);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String said;
      try (InputStream output = process.getInputStream()) {
        said = new String(output.readNBytes(MOST_OUTPUT), StandardCharsets.ISO_8859_1);
      }
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Asked.IN_VAIN;
      }
      Matcher matcher = pattern.matcher(said);
      return process.exitValue() == 0 && matcher.find()
          ? new Asked(Optional.of(matcher.group(1)), false)
          : new Asked(Optional.empty(), process.exitValue() > BY_SIGNAL);
    } catch (IOException e) {
      return Asked.IN_VAIN; // not there
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Asked.IN_VAIN;
    }
  }
}
