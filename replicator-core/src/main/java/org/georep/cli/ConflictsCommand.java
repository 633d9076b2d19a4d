package org.georep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.replicator.inspect.VerifyVerbs;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.verify.ConflictJson;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep conflicts}. */
@Command(
    name = "conflicts",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "list",
    header = "See what somebody else put or changed on the secondary, and georep kept.",
    description = {
      "",
      "The primary is the truth. What others put on the secondary, or changed there, is moved to"
          + " .georep/conflicts/TIME/PATH when it is in the way, and kept until newer ones need"
          + " the room. Take what you need from there, and remove the rest.",
      ""
    })
final class ConflictsCommand implements Runnable {
  private final Ending ending;

  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  ConflictsCommand(Ending ending) {
    this.ending = ending;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: list NAME");
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List them, the oldest first: where it was, when it was set aside, its size.")
  int list(
      @Parameters(paramLabel = "NAME", description = "The session.") SessionName name,
      @Option(names = "--json", description = "A JSON array with an object for each.") boolean json)
      throws GeorepException, IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    VerifyVerbs verbs = VerifyCommand.verbs(top.host(), name, err);
    ending.onStop(verbs::stop);
    long[] count = {0};
    out.print(json ? "[" : "");
    verbs.conflicts(
        conflict -> {
          if (json) {
            out.print((count[0] == 0 ? "\n" : ",\n") + ConflictJson.of(conflict));
          } else {
            List<FileName> names = conflict.path().names();
            out.println(
                "%s: %s of %d bytes, set aside %s"
                    .formatted(
                        EntryPath.of(names.subList(1, names.size())),
                        conflict.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        conflict.size(),
                        names.get(0)));
          }
          count[0]++;
        });
    if (json) {
      out.println(count[0] == 0 ? "]" : "\n]");
    }
    err.println("georep: " + count[0] + " in conflicts");
    return 0;
  }
}
