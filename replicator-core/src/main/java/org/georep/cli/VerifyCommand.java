package org.georep.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.georep.protocol.Reply;
import org.georep.replicator.inspect.VerifyVerbs;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.LogFormat;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.verify.Difference;
import org.georep.replicator.verify.VerifyFigures;
import org.georep.replicator.verify.VerifyJson;
import org.georep.replicator.verify.VerifyListener;
import org.georep.replicator.verify.VerifyOptions;
import org.georep.replicator.worker.RunOutput;
import org.georep.status.screen.VerifyLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    header = "Compare both sides of a session, while it goes on or not.",
    description = {
      "",
      "Names, kinds, owners, modes, times, link groups, targets, attributes, ACLs, device numbers"
          + " and sizes of everything; with --deep contents too. What is merely on its way is not"
          + " reported. Each difference is a line on standard output.",
      "",
      "The process that runs the session does it over its connection; if none runs, this one does.",
      ""
    },
    footer = {
      "",
      "Ends with 0 if there is no difference and with 4 if there was one, mended or not."
    })
final class VerifyCommand implements Callable<Integer> {
  private final Ending ending;

  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "NAME", description = "The session.")
  private SessionName name;

  @Option(
      names = "--deep",
      description = "Compare contents too, by SHA-256: both sides read every file.")
  private boolean deep;

  @Option(
      names = "--repair",
      description = {
        "Mend what differs: the primary is the truth. What somebody else put on the secondary is"
            + " kept there in .georep/conflicts."
      })
  private boolean repair;

  @Option(names = "--json", description = "One JSON object, with the differences in it.")
  private boolean json;

  VerifyCommand(Ending ending) {
    this.ending = ending;
  }

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    Host host = top.host();
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    VerifyVerbs verbs = verbs(host, name, err);
    ending.onStop(verbs::stop);
    Teller teller = new Teller(out, err);
    if (json) {
      out.print("{\"session\":\"" + name + "\",\"deep\":" + deep + ",\"repair\":" + repair);
      out.print(",\"differences\":[");
    }
    boolean whole = false;
    try {
      VerifyFigures figures = verbs.verify(VerifyOptions.whole(deep, repair), teller);
      whole = true;
      teller.end(figures);
      return figures.differences() == 0 ? 0 : ExitCode.DIFFERENT.number();
    } finally {
      teller.clear();
      if (json && !whole) {
        out.println("],\"complete\":false}");
      }
    }
  }

  /** What a session says that runs only for a verb. */
  static VerifyVerbs verbs(Host host, SessionName name, PrintWriter err)
      throws GeorepException, IOException {
    RunOutput quiet =
        new RunOutput() {
          @Override
          public void session(SessionName session) {}

          @Override
          public void holding(SessionDirectory session, LogFormat format) {
            Logging.toFile(session.log(), format);
          }

          @Override
          public boolean isWatched() {
            return false;
          }

          @Override
          public void progress(String line) {
            err.println(line);
          }

          @Override
          public void change(Reply.Change change) {}
        };
    return new VerifyVerbs(
        host.libc(), host.clock(), host.state(), host.state().existing(name), quiet);
  }

  private final class Teller implements VerifyListener {
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean watched = Terminal.isError();
    private boolean first = true;

    Teller(PrintWriter out, PrintWriter err) {
      this.out = out;
      this.err = err;
    }

    @Override
    public void progress(VerifyFigures figures) {
      if (watched) {
        err.print("\r" + line(figures) + "\u001b[K");
        err.flush();
      }
    }

    void clear() {
      if (watched) {
        err.print("\r\u001b[K");
        err.flush();
      }
    }

    private String line(VerifyFigures figures) {
      long left = figures.etaSeconds();
      return new VerifyLine(
              figures.entries(),
              figures.expected(),
              figures.rate(),
              deep ? figures.bytes() : null,
              figures.bytesPerSecond(),
              figures.differences(),
              figures.waiting(),
              left < 0 ? null : (double) left)
          .text();
    }

    @Override
    public void difference(Difference difference) {
      clear();
      if (json) {
        out.print((first ? "\n" : ",\n") + VerifyJson.of(difference));
        first = false;
      } else {
        out.println(difference);
      }
    }

    void end(VerifyFigures figures) {
      clear();
      if (json) {
        out.print((first ? "" : "\n") + "],\"complete\":true,\"figures\":");
        out.println(VerifyJson.of(figures) + "}");
      }
      err.println(
          "georep: "
              + figures.entries()
              + " entries compared"
              + (deep
                  ? ", " + figures.files() + " files of " + figures.bytes() + " bytes read"
                  : "")
              + " in "
              + figures.elapsed().toMillis() / 1000.0
              + " s: "
              + (figures.differences() == 0 ? "no difference" : figures.differences() + " differ")
              + (repair && figures.differences() > 0 ? ", " + figures.mended() + " mended" : ""));
      if (figures.unsettled() > 0) {
        err.println(
            "georep: of "
                + figures.unsettled()
                + " entries nothing can be said: they changed each time they were looked at");
      }
      if (!repair && figures.differences() > 0) {
        err.println("georep: to mend them: georep verify " + name + " --repair");
      }
    }
  }
}
