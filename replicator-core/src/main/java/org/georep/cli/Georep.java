package org.georep.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.NewerFormatException;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.LogFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The program: {@code georep VERB ...}. Here, and only here, an outcome becomes the process's exit
 * code. Results go to standard output, everything for people to standard error.
 */
@Command(
    name = "georep",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "VERB",
    header = "Keeps a secondary copy of a directory tree continuously in step with its primary.",
    description = {
      "",
      "One way, over SSH. The whole set-up is:",
      "",
      "  georep replicate /data backup.example.org:/srv/data-copy",
      "",
      "'georep VERB --help' tells more about each verb.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "  0:done, also after SIGTERM or Ctrl-C in continuous mode",
      "  1:error or wrong usage",
      "  3:done, but some entries are quarantined",
      "  4:differences found",
      "  5:a wait timed out or a threshold was passed",
      " 10:no such session",
      " 11:held by another process",
      " 12:the secondary did not accept the key or user",
      " 13:the secondary could not be reached at the start",
      " 14:refused for safety: primary unmounted, emptied or swapped; secondary not empty or another"
          + " session's",
      " 15:the secondary was promoted or holds a newer epoch",
      "130:an interrupted one-shot"
    })
public final class Georep implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Georep.class);

  @Spec private CommandSpec spec;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = {
        "Where sessions and journals are kept. Default: /var/lib/georep as root, else"
            + " $$XDG_STATE_HOME/georep, else ~/.local/state/georep."
      })
  private @Nullable String stateDirectory;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Say on standard error what is being done; twice for every detail.")
  private boolean[] verbose = {};

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      description = {
        "Write logs as text (key=value) or json, on standard error and in the session's log. Default:"
            + " for people on standard error, and what the session's setting says in its log."
      })
  private @Nullable LogFormat logFormat;

  Georep() {}

  /** Runs a verb and ends the process. */
  public static void main(String[] args) {
    Ahead.begin(args);
    Ending ending = Ending.ofProcess();
    PrintWriter out = writer(FileDescriptor.out);
    PrintWriter err = writer(FileDescriptor.err);
    int code;
    try {
      code = run(RawArguments.recover(args), out, err, ending);
    } catch (Error e) {
      code = broken(e, err, ending.isAsked());
    }
    Ahead.end();
    out.flush();
    err.flush();
    ending.exit(code);
  }

  /**
   * Says what broke the verb: whoever waits for its end must not wait on. A library that wants to
   * be told of the end cannot be loaded any more when that has begun: then it is no error.
   */
  private static int broken(Error e, PrintWriter err, boolean askedToEnd) {
    if (askedToEnd && e instanceof LinkageError) {
      return ExitCode.INTERRUPTED.number();
    }
    e.printStackTrace(err);
    return ExitCode.ERROR.number();
  }

  /** UTF-8 whatever the locale: names are shown so. */
  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
  }

  /**
   * Runs a verb.
   *
   * @param args names as {@link org.georep.replicator.session.ByteText}
   * @return the exit code
   */
  static int run(String[] args, PrintWriter out, PrintWriter err, Ending ending) {
    return commandLine(ending, args).setOut(out).setErr(err).execute(args);
  }

  /** Returns all verbs as what describes them needs them: manual pages, completion. */
  public static CommandLine verbs() {
    return commandLine(Ending.onRequest());
  }

  /** Returns the parser of a command line; without arguments, of all verbs. */
  static CommandLine commandLine(Ending ending, String... args) {
    VerbFactory factory = new VerbFactory(ending);
    CommandLine line = new CommandLine(new Georep(), factory);
    Verbs.add(line, factory, List.of(args));
    line.setExpandAtFiles(false);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setUsageHelpLongOptionsMaxWidth(32);
    // A filter rule begins as an option does.
    CommandLine session = line.getSubcommands().get("session");
    if (session != null) {
      Objects.requireNonNull(session.getSubcommands().get("config"))
          .setUnmatchedOptionsArePositionalParams(true);
    }
    Converters.register(line);
    line.setExecutionStrategy(Georep::start);
    line.setParameterExceptionHandler(Georep::misused);
    line.setExecutionExceptionHandler(Georep::failed);
    return line;
  }

  private static int start(CommandLine.ParseResult parsed) {
    Georep top = (Georep) parsed.commandSpec().userObject();
    Logging.configure(top.verbose.length, Optional.ofNullable(top.logFormat));
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int misused(CommandLine.ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("georep: " + e.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    err.println("See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    return ExitCode.ERROR.number();
  }

  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
    log.debug("The verb failed", e);
    if (e instanceof GeorepException known) {
      line.getErr().println("georep: " + known.getMessage());
      return known.code().number();
    }
    if (e instanceof InterruptedException) {
      return ExitCode.INTERRUPTED.number();
    }
    if (e instanceof NewerFormatException) {
      line.getErr().println("georep: " + e.getMessage() + ".");
      return ExitCode.ERROR.number();
    }
    String what = e.getMessage() == null ? e.toString() : e.getMessage();
    line.getErr()
        .println(
            "georep: "
                + (e instanceof IOException ? what : "internal error: " + e)
                + (log.isDebugEnabled() ? "" : " (run again with -vv for all details)"));
    return ExitCode.ERROR.number();
  }

  /** Returns the host's part every verb needs. */
  Host host() throws GeorepException {
    return Host.of(stateDirectory);
  }

  /** Without a verb: says which there are. */
  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "which verb?");
  }
}
