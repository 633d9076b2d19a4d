package org.georep.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.georep.secondary.AgentMain;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "The only directory that may be a secondary, spelt as replicators spell it.")
  private @Nullable String root;

  @Option(
      names = "--root-base64",
      paramLabel = "TEXT",
      description = "The same, in base64, for a name that has quotes or no text form.")
  private @Nullable String encoded;

  AgentCommand() {}

  @Override
  public Integer call() {
    List<String> words = new ArrayList<>();
    if (root != null) {
      words.addAll(List.of("--root", root));
    }
    if (encoded != null) {
      words.addAll(List.of("--root-base64", encoded));
    }
    AgentMain.main(words.toArray(new String[0]));
    return 0;
  }
}
