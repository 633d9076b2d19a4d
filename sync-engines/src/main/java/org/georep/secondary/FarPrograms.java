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

  private static final Map<String, Pattern> KNOWN =
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

  private static Optional<String> version(String name, Pattern pattern) {
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
        return Optional.empty();
      }
      Matcher matcher = pattern.matcher(said);
      return process.exitValue() == 0 && matcher.find()
          ? Optional.of(matcher.group(1))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // not there
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
