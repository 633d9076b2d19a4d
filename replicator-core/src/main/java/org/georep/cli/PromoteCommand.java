package org.georep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.georep.replicator.failover.Promotion;
import org.georep.replicator.failover.PromotionText;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep promote}. */
@Command(
    name = "promote",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    header = "On the secondary's host: make the secondary an ordinary directory to work in.",
    description = {
      "",
      "For when the primary is gone. From then on no session changes ROOT any more: the primary's"
          + " worker, should it come back, ends with exit code 15. An agent that runs is ended."
          + " Says up to when the copy is complete, and what is known to be missing. It may be run"
          + " again at any time, and has to be if it was interrupted.",
      "",
      "What comes next, once the old primary is back: georep failback NAME",
      ""
    })
final class PromoteCommand implements Callable<Integer> {
  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "ROOT", description = "The secondary's directory on this host.")
  private String root;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The session's name, for failing back. Default: as the secondary knows it.")
  private @Nullable SessionName name;

  @Option(names = "--dry-run", description = "Say what is known, and change nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "A JSON object.")
  private boolean json;

  PromoteCommand() {}

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    Host host = top.host();
    Promotion.Result result =
        new Promotion(host.libc(), host.state())
            .promote(ByteText.bytes(root), Optional.ofNullable(name), dryRun);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(PromotionText.json(result, dryRun));
    } else {
      PromotionText.lines(result, dryRun).forEach(out::println);
    }
    return 0;
  }
}
