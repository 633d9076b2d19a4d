package org.georep.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.georep.changelog.capture.fanotify.MarkAhead;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.replicator.session.ByteText;
import picocli.CommandLine;

/**
 * The verbs there are. Describing one to the parser takes as long as Java's own start takes, so a
 * command line that names one gets that one only; all are there for who names none.
 */
final class Verbs {
  private static final String STATE_DIRECTORY = "--state-dir";
  private static final String DRY_RUN = "--dry-run";

  private Verbs() {}

  private static Map<String, Class<?>> all() {
    Map<String, Class<?>> all = new LinkedHashMap<>();
    all.put("replicate", ReplicateCommand.class);
    all.put("session", SessionCommand.class);
    all.put("monitor", MonitorCommand.class);
    all.put("worker", WorkerCommand.class);
    all.put("config", ConfigCommand.class);
    all.put("status", StatusCommand.class);
    all.put("events", EventsCommand.class);
    all.put("checkpoint", CheckpointCommand.class);
    all.put("capture", CaptureCommand.class);
    all.put("journal", JournalCommand.class);
    all.put("verify", VerifyCommand.class);
    all.put("sync", SyncCommand.class);
    all.put("quarantine", QuarantineCommand.class);
    all.put("conflicts", ConflictsCommand.class);
    all.put("promote", PromoteCommand.class);
    all.put("failback", FailbackCommand.class);
    all.put("doctor", DoctorCommand.class);
    all.put("completion", CompletionCommand.class);
    all.put("agent", AgentCommand.class);
    return all;
  }

  /** Adds the verb that is named, or all if it is none of them. */
  static void add(CommandLine top, CommandLine.IFactory factory, List<String> arguments) {
    Map<String, Class<?>> verbs = all();
    String named = named(arguments);
    // Completion describes them all.
    if (verbs.containsKey(named) && verbs.get(named) != CompletionCommand.class) {
      verbs.keySet().retainAll(List.of(named));
    }
    verbs.forEach((name, verb) -> top.addSubcommand(name, new CommandLine(verb, factory)));
  }

  /** The first word that is no option, nor an option's value. */
  private static String named(List<String> arguments) {
    boolean value = false;
    for (String argument : arguments) {
      if (!value && !argument.startsWith("-")) {
        return argument;
      }
      value = !value && argument.equals(STATE_DIRECTORY);
    }
    return "";
  }

  /**
   * Has the calls into the kernel bound while the command line is still being read, if the verb
   * will need them soon; and what is probably the volume marked, if it will capture most likely.
   */
  static void bindAhead(String... arguments) {
    String verb = named(List.of(arguments));
    if (List.of("replicate", "worker", "capture").contains(verb)) {
      boolean captures =
          !verb.equals("worker") && Arrays.stream(arguments).noneMatch(a -> a.startsWith(DRY_RUN));
      Thread binding = new Thread(() -> bind(captures, arguments), "bind");
      binding.setDaemon(true);
      binding.start();
    }
  }

  /**
   * The words that can be a directory; the first that is one is marked. The parser knows better,
   * later: should it be an option's value, nobody takes its mark.
   */
  private static List<String> volumes(List<String> arguments) {
    List<String> volumes = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      boolean value = i > 0 && arguments.get(i - 1).equals(STATE_DIRECTORY);
      if (!value && argument.contains("/") && !argument.startsWith("-")) {
        volumes.add(argument);
      }
    }
    return volumes;
  }

  private static void bind(boolean captures, String... arguments) {
    try {
      Libc libc = NativeLibc.instance();
      if (captures) {
        for (String volume : volumes(List.of(RawArguments.recover(arguments)))) {
          MarkAhead.ofProcess().set(libc, ByteText.bytes(volume));
        }
      }
    } catch (RuntimeException | LinkageError e) {
      return; // who needs it is told why it cannot be had
    }
  }
}
