package org.georep.replicator.monitor;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.georep.posix.RawPath;
import org.georep.replicator.session.OutputFile;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.StateDirectory;

/**
 * Starts this program again, by the same Java with the same options and jars, for another verb. The
 * arguments are session names, which are plain, and a primary's path in base64.
 *
 * <p>The new process reads nothing, and its words go to a file, so that it does not depend on the
 * one that started it.
 */
public final class Launch {
  private static final File NOTHING = new File("/dev/null");

  /**
   * Capture holds directories it met and little else: what a worker's heap begins with it would
   * fill with garbage before the first collection. And it runs for months: it gets the second
   * compiler, that others do without, as {@code deploy/georep} gives it to one that it starts. The
   * last of options that contradict counts.
   */
  static final List<String> CAPTURE =
      List.of(
          "-Xms16m",
          "-Xmn6m",
          "-XX:+IgnoreUnrecognizedVMOptions",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:+C1UpdateMethodData",
          "-XX:+C1ProfileCalls",
          "-XX:+C1ProfileVirtualCalls",
          "-XX:+C1ProfileInlinedCalls",
          "-XX:+C1ProfileBranches",
          "-XX:+C1ProfileCheckcasts",
          "-XX:Tier4InvocationThreshold=100000",
          "-XX:Tier4MinInvocationThreshold=12000",
          "-XX:Tier4CompileThreshold=300000",
          "-XX:Tier4BackEdgeThreshold=800000");

  private final List<String> java;
  private final List<String> program;
  private final StateDirectory state;

  private Launch(List<String> java, List<String> program, StateDirectory state) {
    this.java = List.copyOf(java);
    this.program = List.copyOf(program);
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /**
   * Returns what starts this process's program.
   *
   * @param mainClass its main class, where it was not started from a jar that says so
   */
  public static Launch ofThisProcess(String mainClass, StateDirectory state) {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    List<String> program = new ArrayList<>();
    String classes = System.getProperty("java.class.path");
    // What a jar opens to its code holds only where it is started as a jar.
    if (classes.endsWith(".jar") && !classes.contains(File.pathSeparator)) {
      program.addAll(List.of("-jar", classes));
    } else {
      program.addAll(List.of("-cp", classes, mainClass));
    }
    return new Launch(java, program, state);
  }

  /** Starts a session's worker. */
  Process worker(SessionName session, Path errors) throws IOException {
    return start(List.of(), List.of("worker", session.text()), errors);
  }

  /**
   * Starts a volume's capture.
   *
   * @param session one of the volume's sessions: its primary and settings
   * @param mark where it says that it captures
   */
  Process capture(SessionConfiguration session, Path mark, Path errors) throws IOException {
    Base64.Encoder base64 = Base64.getEncoder();
    return start(
        CAPTURE,
        List.of(
            "capture",
            "--path-base64=" + base64.encodeToString(RawPath.toBytes(session.primary())),
            "--capture=" + session.settings().capture(),
            "--journal-limit=" + session.settings().journalLimit(),
            "--mark=" + mark),
        errors);
  }

  private Process start(List<String> options, List<String> verb, Path errors) throws IOException {
    List<String> command = new ArrayList<>(java);
    command.addAll(options);
    command.addAll(program);
    command.addAll(verb);
    command.add("--state-dir=" + state.path());
    return new ProcessBuilder(command)
        .redirectInput(NOTHING)
        .redirectOutput(NOTHING)
        .redirectError(new OutputFile(errors).begin())
        .start();
  }
}
