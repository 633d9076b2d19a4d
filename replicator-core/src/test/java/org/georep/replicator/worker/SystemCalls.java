package org.georep.replicator.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.testing.Program;

/**
 * System calls of a program and its children as strace recorded them. A call that was over before
 * another began is known to have been: its beginning is a line from before the kernel had it, its
 * end one from after.
 */
final class SystemCalls {
  private static final Pattern LINE =
      Pattern.compile("(\\d+) +(?:<\\.\\.\\. \\w+ resumed>|(\\w+)\\()(.*)");
  private static final Pattern ENDED = Pattern.compile("(.*)\\) += (-?\\d+).*");
  private static final String UNFINISHED = " <unfinished ...>";

  private final List<Call> calls;

  private SystemCalls(List<Call> calls) {
    this.calls = calls;
  }

  /**
   * A call.
   *
   * @param thread who made it
   * @param arguments as strace writes them, descriptors with their paths
   * @param begun its place among the beginnings and ends of all
   * @param over likewise
   */
  record Call(
      String thread, String name, String arguments, boolean succeeded, long begun, long over) {
    boolean isOverBefore(Call other) {
      return over < other.begun;
    }

    /** Of one of these names, and with all these words among its arguments. */
    boolean is(String names, String... words) {
      for (String word : words) {
        if (!arguments.contains(word)) {
          return false;
        }
      }
      return List.of(names.split("\\|", -1)).contains(name);
    }

    /** Finds something in the arguments. */
    String find(Pattern pattern) {
      Matcher matcher = pattern.matcher(arguments);
      if (!matcher.find()) {
        throw new AssertionError("no " + pattern + " in " + this);
      }
      return matcher.group(1);
    }
  }

  /** Whether strace is here, and may trace. */
  static boolean canBeRecorded() {
    return Program.find("strace").isPresent()
        && Program.run(List.of("strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "true"))
                .exitCode()
            == 0;
  }

  /** Returns what comes before a command that is to be recorded. */
  static List<String> recording(Path file, String calls) {
    return List.of(
        "strace",
        "-f",
        "--seccomp-bpf",
        "-y",
        "-s",
        "400",
        "-o",
        file.toString(),
        "-e",
        "signal=none",
        "-e",
        "trace=" + calls);
  }

  /** Reads what was recorded. */
  static SystemCalls read(Path file) throws IOException {
    List<Call> calls = new ArrayList<>();
    Map<String, Call> unfinished = new HashMap<>();
    long at = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      at++;
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        continue;
      }
      String thread = matcher.group(1);
      String rest = matcher.group(3);
      Call begun =
          matcher.group(2) == null
              ? unfinished.remove(thread)
              : new Call(thread, matcher.group(2), "", false, at, Long.MAX_VALUE);
      if (begun == null) {
        throw new IOException("nothing to resume in line " + at + ": " + line);
      }
      if (rest.endsWith(UNFINISHED)) {
        String arguments = rest.substring(0, rest.length() - UNFINISHED.length());
        unfinished.put(
            thread, new Call(thread, begun.name, arguments, false, begun.begun, begun.over));
        continue;
      }
      Matcher ended = ENDED.matcher(begun.arguments + rest);
      if (ended.matches()) {
        boolean succeeded = !ended.group(2).startsWith("-");
        calls.add(new Call(thread, begun.name, ended.group(1), succeeded, begun.begun, at));
      }
    }
    calls.sort(Comparator.comparingLong(Call::begun));
    return new SystemCalls(calls);
  }

  /** Returns those that succeeded and are such, in the order in which they began. */
  List<Call> all(Predicate<Call> which) {
    return calls.stream().filter(Call::succeeded).filter(which).toList();
  }

  /** Returns the last of a thread that was over before another call of it. */
  Call lastBefore(Call other, Predicate<Call> which) {
    List<Call> before =
        all(which.and(call -> call.thread.equals(other.thread) && call.isOverBefore(other)));
    if (before.isEmpty()) {
      throw new AssertionError("none of those comes before " + other);
    }
    return before.get(before.size() - 1);
  }

  /** Returns the first of a thread that began after another call of it. */
  Call firstAfter(Call other, Predicate<Call> which) {
    return all(which.and(call -> call.thread.equals(other.thread) && other.isOverBefore(call)))
        .stream()
        .findFirst()
        .orElseThrow(() -> new AssertionError("none of those comes after " + other));
  }
}
