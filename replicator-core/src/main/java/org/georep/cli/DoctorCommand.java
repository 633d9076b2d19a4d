package org.georep.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.georep.posix.RawPath;
import org.georep.replicator.inspect.Doctor;
import org.georep.replicator.inspect.Finding;
import org.georep.replicator.inspect.SessionDoctor;
import org.georep.replicator.inspect.bundle.BugReport;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.GivenPath;
import org.georep.replicator.session.SessionConfigurations;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code georep doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    header = "Check whether this host and its sessions have what georep needs.",
    description = {
      "",
      "Looks for Java, ssh, rsync, tar, what can tell of changes, and a place for state; then, of"
          + " each session, whether its secondary is reached, its host key, the key, Java there,"
          + " room and clocks, whose the secondary is, whether roots lie in one another, and what"
          + " the worker says. Ends with 1 if something is wrong.",
      ""
    })
final class DoctorCommand implements Callable<Integer> {
  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME|PRIMARY",
      description = {
        "A session, to look at it alone; or a primary, to see whether its file system can be"
            + " watched. Default: all sessions, and /."
      })
  private @Nullable String what;

  @Option(names = "--json", description = "A JSON array with an object for each finding.")
  private boolean json;

  @Option(
      names = "--bundle",
      paramLabel = "FILE",
      description = {
        "Instead, write what a bug report needs to FILE, a tar.gz: versions, how sessions are set up,"
            + " what they say of themselves, the ends of their logs, mounts, processes. No data, no"
            + " keys; what looks like a password or token is left out. Names of files do occur."
      })
  private @Nullable Path bundle;

  DoctorCommand() {}

  /**
   * One line of the answer.
   *
   * @param session what it is of; nothing for the host
   */
  private record Line(Optional<SessionName> session, Finding finding) {}

  @Override
  public Integer call() throws GeorepException, IOException, InterruptedException {
    Host host = top.host();
    if (bundle != null) {
      return report(host, bundle);
    }
    Optional<SessionName> name =
        Optional.ofNullable(what)
            .filter(SessionName::isName)
            .map(SessionName::new)
            .filter(it -> Files.exists(host.state().session(it).yaml()));
    if (name.isEmpty()
        && what != null
        && SessionName.isName(what)
        && Files.notExists(RawPath.toPath(GivenPath.absolute(ByteText.bytes(what))))) {
      host.state().existing(new SessionName(what)); // says which there are
    }
    List<Line> lines = new ArrayList<>();
    if (name.isEmpty()) {
      host(host).forEach(finding -> lines.add(new Line(Optional.empty(), finding)));
    }
    List<SessionDirectory> sessions =
        name.isPresent()
            ? List.of(host.state().session(name.get()))
            : List.copyOf(host.state().sessions());
    SessionDoctor doctor = new SessionDoctor(host.libc(), host.clock(), host.state());
    for (SessionDirectory session : sessions) {
      for (Finding finding : of(doctor, host, session)) {
        lines.add(new Line(Optional.of(session.name()), finding));
      }
    }
    print(lines);
    boolean broken = lines.stream().anyMatch(it -> it.finding().level() == Finding.Level.ERROR);
    return (broken ? ExitCode.ERROR : ExitCode.DONE).number();
  }

  private int report(Host host, Path file)
      throws GeorepException, IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    new BugReport(host.libc(), host.clock(), host.state(), List.of(new Version().getVersion()))
        .write(
            file,
            host(host),
            line -> {
              all.add(line);
              if (!json) {
                out.println(line);
              }
            });
    if (json) {
      out.println(all);
    }
    spec.commandLine()
        .getErr()
        .println(
            "georep: "
                + file
                + " is written, for its owner only. It holds no data and no keys, but names of"
                + " files: look through it before you pass it on");
    return ExitCode.DONE.number();
  }

  private List<Finding> host(Host host) throws GeorepException, InterruptedException {
    List<Path> searchPath =
        Arrays.stream(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
            .filter(directory -> !directory.isEmpty())
            .map(Path::of)
            .toList();
    byte[] watched = GivenPath.absolute(ByteText.bytes(what == null ? "/" : what));
    return new Doctor(host.libc(), host.state(), searchPath, watched).examine();
  }

  /** One session that cannot be looked at hides no other. */
  private static List<Finding> of(SessionDoctor doctor, Host host, SessionDirectory session)
      throws InterruptedException {
    try {
      return doctor.examine(SessionConfigurations.read(host.libc(), host.state(), session.name()));
    } catch (GeorepException | IOException e) {
      return List.of(
          new Finding(
              Finding.Level.ERROR,
              "session",
              e.getMessage() == null ? e.toString() : e.getMessage()));
    }
  }

  private void print(List<Line> lines) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      for (Line line : lines) {
        all.addObject()
            .put("session", line.session().map(SessionName::text).orElse(null))
            .put("level", word(line.finding()))
            .put("subject", line.finding().subject())
            .put("sentence", line.finding().sentence());
      }
      out.println(all);
      return;
    }
    Optional<SessionName> under = Optional.empty();
    for (Line line : lines) {
      if (!line.session().equals(under)) {
        under = line.session();
        out.println("session " + line.session().orElseThrow());
      }
      out.printf(
          "%-8s %-11s %s%n",
          word(line.finding()), line.finding().subject(), line.finding().sentence());
    }
  }

  private static String word(Finding finding) {
    return finding.level().name().toLowerCase(Locale.ROOT);
  }
}
