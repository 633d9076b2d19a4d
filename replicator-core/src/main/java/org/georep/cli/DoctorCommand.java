package org.georep.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.georep.replicator.inspect.Doctor;
import org.georep.replicator.inspect.Finding;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.GivenPath;
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
    header = "Check whether this host has what georep needs.",
    description = {
      "",
      "Looks for Java, ssh, rsync, tar, what can tell of changes, and a place for state. Ends with 1"
          + " if something is missing without which georep does not work.",
      ""
    })
final class DoctorCommand implements Callable<Integer> {
  @ParentCommand private Georep top;
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "PRIMARY",
      defaultValue = "/",
      description = "A primary, to see whether its file system can be watched. Default: /.")
  private String primary;

  @Option(names = "--json", description = "A JSON array with an object for each finding.")
  private boolean json;

  DoctorCommand() {}

  @Override
  public Integer call() throws GeorepException, InterruptedException {
    Host host = top.host();
    List<Path> searchPath =
        Arrays.stream(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
            .filter(directory -> !directory.isEmpty())
            .map(Path::of)
            .toList();
    List<Finding> findings =
        new Doctor(
                host.libc(), host.state(), searchPath, GivenPath.absolute(ByteText.bytes(primary)))
            .examine();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      for (Finding finding : findings) {
        all.addObject()
            .put("level", word(finding))
            .put("subject", finding.subject())
            .put("sentence", finding.sentence());
      }
      out.println(all);
    } else {
      findings.forEach(
          finding ->
              out.printf("%-8s %-9s %s%n", word(finding), finding.subject(), finding.sentence()));
    }
    boolean broken = findings.stream().anyMatch(f -> f.level() == Finding.Level.ERROR);
    return (broken ? ExitCode.ERROR : ExitCode.DONE).number();
  }

  private static String word(Finding finding) {
    return finding.level().name().toLowerCase(Locale.ROOT);
  }
}
