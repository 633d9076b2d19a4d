package org.georep.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The verbs and options as fish's complete commands. */
final class FishCompletion {
  private FishCompletion() {}

  static String script(CommandLine top) {
    String program = top.getCommandName();
    StringBuilder out = new StringBuilder();
    String noVerb =
        "not __fish_seen_subcommand_from " + String.join(" ", top.getSubcommands().keySet());
    options(out, program, noVerb, top);
    top.getSubcommands()
        .forEach(
            (verb, line) -> {
              start(out, program, noVerb).append(" -f -a ").append(quote(verb));
              describe(out, line.getCommandSpec().usageMessage().header());
              String seen = "__fish_seen_subcommand_from " + verb;
              options(out, program, seen, line);
              line.getSubcommands()
                  .forEach(
                      (inner, innerLine) -> {
                        start(out, program, seen).append(" -f -a ").append(quote(inner));
                        describe(out, innerLine.getCommandSpec().usageMessage().description());
                        options(out, program, seen, innerLine);
                      });
            });
    return out.toString();
  }

  private static void options(
      StringBuilder out, String program, String condition, CommandLine line) {
    for (OptionSpec option : line.getCommandSpec().options()) {
      start(out, program, condition);
      for (String name : option.names()) {
        out.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
      }
      if (option.arity().max() > 0) {
        out.append(" -r");
      }
      describe(out, option.description());
    }
  }

  private static StringBuilder start(StringBuilder out, String program, String condition) {
    return out.append("complete -c ").append(program).append(" -n ").append(quote(condition));
  }

  private static void describe(StringBuilder out, String[] description) {
    String first = "";
    for (String line : description) {
      first = first.isEmpty() ? line.strip() : first;
    }
    int end = first.indexOf(". ");
    String text = (end < 0 ? first : first.substring(0, end)).replace("$$", "$");
    out.append(" -d ").append(quote(text)).append('\n');
  }

  private static String quote(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
