package org.georep.engine.rsync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rsync of this host.
 *
 * @param path how it is called
 * @param version such as {@code 3.2.7}
 */
public record RsyncProgram(String path, String version) {
  private static final Pattern VERSION =
      Pattern.compile("rsync\\s+version v?([0-9]+)\\.([0-9]+)[^\\s]*");
  private static final long LIMIT_SECONDS = 10;

  /** A process that a signal ended has this and the signal's number as its exit value. */
  private static final int BY_SIGNAL = 128;

  private static final int TRIES = 3;

  /** Checks its parts. */
  public RsyncProgram {
    Objects.requireNonNull(path, "path is null");
    Objects.requireNonNull(version, "version is null");
  }

  /**
   * Asks a program for its version; if somebody kills it meanwhile, again.
   *
   * @param path such as {@code rsync}
   * @return nothing if it is not there, or not an rsync of 3.1 or newer
   */
  public static Optional<RsyncProgram> find(String path) throws InterruptedException {
    Asked asked = ask(path);
    for (int tries = 1; asked.killed() && tries < TRIES; tries++) {
      asked = ask(path);
    }
    return asked.program();
  }

  private record Asked(Optional<RsyncProgram> program, boolean killed) {
    private static final Asked IN_VAIN = new Asked(Optional.empty(), false);
  }

  private static Asked ask(String path) throws InterruptedException {
    Process process;
    try {
      ProcessBuilder builder = new ProcessBuilder(path, "--version").redirectErrorStream(true);
      builder.environment().put("LC_ALL", "C");
      process = builder.start();
    } catch (IOException e) {
      return Asked.IN_VAIN;
    }
    try {
      process.getOutputStream().close();
      byte[] head = process.getInputStream().readNBytes(4096);
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        return Asked.IN_VAIN;
      }
      Optional<RsyncProgram> found =
          version(new String(head, StandardCharsets.ISO_8859_1))
              .map(version -> new RsyncProgram(path, version));
      return new Asked(found, found.isEmpty() && process.exitValue() > BY_SIGNAL);
    } catch (IOException e) {
      return Asked.IN_VAIN;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Returns the version in what {@code rsync --version} says, if it is one that will do. */
  static Optional<String> version(String output) {
    Matcher matcher = VERSION.matcher(output);
    if (!matcher.find()) {
      return Optional.empty();
    }
    boolean good = goodEnough(matcher.group(1) + "." + matcher.group(2));
    String words = matcher.group().replaceFirst("rsync\\s+version v?", "");
    return good ? Optional.of(words) : Optional.empty();
  }

  /** Returns whether this is the version of an rsync that can be used: 3.1 or newer. */
  public static boolean goodEnough(String version) {
    Matcher matcher = Pattern.compile("v?([0-9]{1,4})\\.([0-9]{1,4}).*").matcher(version);
    if (!matcher.matches()) {
      return false;
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    return major > 3 || (major == 3 && minor >= 1);
  }
}
