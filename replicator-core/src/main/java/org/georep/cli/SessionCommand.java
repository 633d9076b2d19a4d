package org.georep.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.georep.replicator.monitor.MonitorUnit;
import org.georep.replicator.monitor.SessionLine;
import org.georep.replicator.monitor.SessionVerbs;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionConfigurations;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.SettingTexts;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep session}. */
@Command(
    name = "session",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "create|start|stop|pause|resume|delete|list|config",
    header = "Sessions that a monitor keeps running, also after a reboot.",
    description = {
      "",
      "What is wanted of a session is kept with it. 'georep monitor' sees to it; without one it is"
          + " done when one is started.",
      ""
    },
    subcommands = SessionCreateCommand.class)
final class SessionCommand implements Runnable {
  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  SessionCommand() {}

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "say what to do: create, start, stop, pause, resume, delete, list or config");
  }

  /** Returns the host's part. */
  Host host() throws GeorepException {
    return top.host();
  }

  private SessionVerbs verbs() throws GeorepException {
    Host host = top.host();
    return new SessionVerbs(host.libc(), host.state());
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private void tell(SessionVerbs verbs, String done) throws GeorepException, IOException {
    err().println("georep: " + done);
    if (verbs.monitor().isEmpty()) {
      err()
          .println(
              "georep: no monitor runs here, so nothing works yet. Start it: "
                  + MonitorUnit.of(top.host().state()).command());
    }
  }

  @Command(
      name = "start",
      mixinStandardHelpOptions = true,
      description = "Keep it running from now on.")
  int start(@Parameters(paramLabel = "NAME", description = "The session.") SessionName name)
      throws GeorepException, IOException {
    SessionVerbs verbs = verbs();
    verbs.start(name);
    tell(verbs, name + " is started");
    return 0;
  }

  @Command(
      name = "stop",
      mixinStandardHelpOptions = true,
      description = {
        "End it, and do not start it again. Its volume's changes are captured on, so that starting"
            + " it again costs no walk."
      })
  int stop(
      @Parameters(paramLabel = "NAME", description = "The session.") SessionName name,
      @Option(
              names = "--release",
              description = "End capture, too, unless another session uses the volume.")
          boolean release)
      throws GeorepException, IOException, InterruptedException {
    verbs().stop(name, release);
    err().println("georep: " + name + " is stopped");
    return 0;
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Let it rest until it is resumed; changes are captured on.")
  int pause(@Parameters(paramLabel = "NAME", description = "The session.") SessionName name)
      throws GeorepException, IOException, InterruptedException {
    verbs().pause(name);
    err().println("georep: " + name + " is paused");
    return 0;
  }

  @Command(name = "resume", mixinStandardHelpOptions = true, description = "Go on after a pause.")
  int resume(
      @Parameters(paramLabel = "NAME", description = "The session.") SessionName name,
      @Option(
              names = "--accept-deletes",
              description = {
                "Accept, once, the deletes at which the session stopped and asked. A session that"
                    + " is run by hand goes on when it is run again."
              })
          boolean acceptDeletes)
      throws GeorepException, IOException {
    SessionVerbs verbs = verbs();
    if (!acceptDeletes) {
      verbs.resume(name);
      tell(verbs, name + " goes on");
      return 0;
    }
    long accepted = verbs.acceptDeletes(name);
    String done = accepted + " deletes of " + name + " are accepted, once";
    if (verbs.isKept(name)) {
      tell(verbs, done);
    } else {
      err().println("georep: " + done + "; run the session again");
    }
    return 0;
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = {
        "Remove a session that is stopped. Nothing on the secondary is touched; created again with"
            + " the same name and ends it goes on where it was."
      })
  int delete(
      @Parameters(paramLabel = "NAME", description = "The session.") SessionName name,
      @Option(
              names = "--reset-sync-time",
              description = "Created again it compares everything from the beginning.")
          boolean resetSyncTime)
      throws GeorepException, IOException {
    verbs().delete(name, resetSyncTime, line -> err().println("georep: " + line));
    err()
        .println(
            "georep: "
                + name
                + " is deleted; what it knew of its secondary is in "
                + top.host().state().session(name).path());
    return 0;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the sessions: what is wanted of each, and which process works for it.")
  int list(
      @Option(names = "--json", description = "A JSON array with an object for each.") boolean json)
      throws GeorepException, IOException {
    Host host = top.host();
    List<SessionLine> lines = SessionLine.all(host.libc(), host.state());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      for (SessionLine line : lines) {
        all.addObject()
            .put("session", line.name().text())
            .put("state", line.state())
            .put("pid", line.pid().orElse(null))
            .put("primary", line.primary())
            .put("secondary", line.secondary())
            .put("volume", line.volume());
      }
      out.println(all);
      return 0;
    }
    for (SessionLine line : lines) {
      out.printf(
          "%-20s %-8s %-8s %s -> %s%n",
          line.name(),
          line.state(),
          line.pid().map(String::valueOf).orElse("-"),
          line.primary(),
          line.secondary());
    }
    return 0;
  }

  @Command(
      name = "config",
      mixinStandardHelpOptions = true,
      description = {
        "Show a session's settings, or one, or change it. Who works for it goes on with new limits"
            + " (bwlimit, crawl-limit) and a new filter at once; for other settings a monitor starts"
            + " its worker again. A list has an item a line; '' is none."
      })
  int config(
      @Parameters(index = "0", paramLabel = "NAME", description = "The session.") SessionName name,
      @Parameters(index = "1", arity = "0..1", paramLabel = "KEY", description = "As listed.")
          @Nullable String key,
      @Parameters(index = "2", arity = "0..1", paramLabel = "VALUE", description = "Its new value.")
          @Nullable String value,
      @Option(names = "--json", description = "A JSON object.") boolean json)
      throws GeorepException, IOException {
    Host host = top.host();
    SessionConfiguration session = SessionConfigurations.read(host.libc(), host.state(), name);
    PrintWriter out = spec.commandLine().getOut();
    if (key != null && value != null) {
      SessionConfiguration changed =
          session.with(SettingTexts.with(session.settings(), key, value));
      new SessionFile(host.libc(), host.state().session(name).yaml()).write(changed);
      if (!changed.equals(session)) {
        tellChanged(name, key);
      }
      return 0;
    }
    Map<String, String> texts =
        key == null
            ? SettingTexts.all(session.settings())
            : Map.of(key, SettingTexts.get(session.settings(), key));
    if (json) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      texts.forEach(object::put);
      out.println(object);
    } else if (key == null) {
      texts.forEach((it, text) -> out.println(it + ": " + text.replace("\n", "\n  ")));
    } else {
      out.println(texts.get(key));
    }
    return 0;
  }

  private void tellChanged(SessionName name, String key) throws GeorepException, IOException {
    Optional<Set<String>> live = verbs().reload(name);
    if (live.isEmpty()) {
      return;
    }
    if (live.get().contains(key)) {
      err().println("georep: " + name + " goes on with the new " + key);
    } else if (verbs().isKept(name) && verbs().monitor().isPresent()) {
      err().println("georep: the monitor lets " + name + " go on with it");
    } else {
      err().println("georep: it holds when " + name + " is started again");
    }
  }
}
