package org.georep.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.georep.name.EntryPath;
import org.georep.replicator.inspect.VerifyVerbs;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.verify.Difference;
import org.georep.replicator.verify.VerifyFigures;
import org.georep.replicator.verify.VerifyJson;
import org.georep.replicator.verify.VerifyListener;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep sync}. */
@Command(
    name = "sync",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    header = "Look at one path again, whatever is known of it.",
    description = {
      "",
      "A directory is looked at with everything below it. Contents are compared by SHA-256, so both"
          + " sides read them; what differs is mended, and what the primary has no more leaves the"
          + " secondary. It does not wait for a crawl, and waits until the path is durable on the"
          + " secondary. Each difference is a line on standard output.",
      "",
      "The process that runs the session does it over its connection, one path after the other; if"
          + " none runs, this one does.",
      ""
    },
    footer = {
      "",
      "Ends with 0 if the path is in step, and with 4 if something could not be mended."
    })
final class SyncCommand implements Callable<Integer> {
  private final Ending ending;

  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "NAME", description = "The session.")
  private SessionName name;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      description = {
        "From the primary's root on, as verify shows it, or absolute. It need not be there any more."
            + " '.' is everything."
      })
  private @Nullable String path;

  @Option(
      names = "--path-base64",
      paramLabel = "BYTES",
      description = "Instead of PATH: its bytes, in base64.")
  private @Nullable String pathBytes;

  @Option(
      names = "--no-wait",
      description = {
        "Leave it to the process that runs the session and do not wait. It is forgotten if that"
            + " process ends before; what comes of it is in the session's log."
      })
  private boolean noWait;

  @Option(names = "--json", description = "One JSON object, with the differences in it.")
  private boolean json;

  SyncCommand(Ending ending) {
    this.ending = ending;
  }

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    VerifyVerbs verbs = VerifyCommand.verbs(top.host(), name, err);
    EntryPath entry = verbs.entry(given());
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("session", name.toString());
    all.put("path", entry.toString());
    all.put("path_bytes", entry.toBase64());
    all.put("queued", noWait);
    if (noWait) {
      verbs.queue(entry);
      err.println("georep: " + entry + " will be looked at");
    } else {
      sync(verbs, entry, all);
    }
    if (json) {
      out.println(all);
    }
    return all.path("in_step").asBoolean(true) ? 0 : ExitCode.DIFFERENT.number();
  }

  private void sync(VerifyVerbs verbs, EntryPath entry, ObjectNode all)
      throws GeorepException, IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    ending.onStop(verbs::stop);
    ArrayNode differences = all.putArray("differences");
    VerifyFigures figures =
        verbs.sync(
            entry,
            new VerifyListener() {
              @Override
              public void progress(VerifyFigures now) {}

              @Override
              public void difference(Difference difference) {
                if (json) {
                  differences.add(VerifyJson.of(difference));
                } else {
                  spec.commandLine().getOut().println(difference);
                }
              }
            });
    all.set("figures", VerifyJson.of(figures));
    boolean inStep = figures.differences() == figures.mended();
    all.put("in_step", inStep);
    err.println(
        "georep: "
            + figures.entries()
            + (figures.entries() == 1 ? " entry" : " entries")
            + " looked at, "
            + figures.mended()
            + " mended: "
            + entry
            + (inStep ? " is in step" : " is not in step"));
    if (!inStep) {
      err.println(
          "georep: what was not mended fails, or changes all the time; see: georep quarantine list "
              + name);
    }
  }

  private byte[] given() {
    if (path != null && pathBytes == null) {
      return ByteText.bytes(path);
    }
    if (path != null || pathBytes == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "say what to look at: PATH or --path-base64");
    }
    try {
      return Base64.getDecoder().decode(pathBytes);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "'" + pathBytes + "' is no base64", e);
    }
  }
}
