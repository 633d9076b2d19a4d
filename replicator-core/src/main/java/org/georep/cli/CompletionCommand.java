package org.georep.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code georep completion}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    header = "Print a script that completes georep's verbs and options.",
    description = {
      "",
      "bash: source <(georep completion bash)      in ~/.bashrc",
      "zsh:  source <(georep completion zsh)       in ~/.zshrc, after compinit",
      "fish: georep completion fish > ~/.config/fish/completions/georep.fish",
      ""
    })
final class CompletionCommand implements Callable<Integer> {
  /** The shells. */
  enum Shell {
    bash,
    zsh,
    fish
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "bash|zsh|fish", description = "For which shell.")
  private Shell shell;

  CompletionCommand() {}

  @Override
  public Integer call() {
    CommandLine top = spec.parent().commandLine();
    String script =
        shell == Shell.fish
            ? FishCompletion.script(top)
            : AutoComplete.bash(top.getCommandName(), top);
    spec.commandLine().getOut().print(script);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
