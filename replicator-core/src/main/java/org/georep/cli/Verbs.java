package org.georep.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * The verbs there are. Describing one to the parser takes as long as Java's own start takes, so a
 * command line that names one gets that one only; all are there for who names none.
 */
final class Verbs {
  static final String STATE_DIRECTORY = "--state-dir";

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
  static String named(List<String> arguments) {
    boolean value = false;
    for (String argument : arguments) {
      if (!value && !argument.startsWith("-")) {
        return argument;
      }
      value = !value && argument.equals(STATE_DIRECTORY);
    }
    return "";
  }
}
