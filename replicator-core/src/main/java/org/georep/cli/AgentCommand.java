package org.georep.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.georep.secondary.AgentMain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code georep agent}: the far end; started by ssh, ended by itself. */
@Command(
    name = "agent",
    header = "The process on the secondary's host; ssh starts it.",
    description = {
      "",
      "Speaks frames on standard input and output; nothing for people. To tie a key to one"
          + " directory, let authorized_keys run it: restrict,command=\"georep agent --root DIR\".",
      ""
    },
    mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "[--root DIR]",
      hideParamSyntax = true,
      description = "The only directory, and what is below it, that may be a secondary.")
  private List<String> arguments = List.of();

  AgentCommand() {}

  @Override
  public Integer call() {
    AgentMain.main(arguments.toArray(new String[0]));
    return 0;
  }
}
