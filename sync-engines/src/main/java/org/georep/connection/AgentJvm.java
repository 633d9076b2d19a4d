package org.georep.connection;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the agent's Java is called. */
final class AgentJvm {
  /**
   * Small, and quick to start: a data channel is one more of these. The agent waits for disks, not
   * for the compiler, so the second one is kept for what runs for long: digests, for which it knows
   * the processor's own instructions, twenty times as fast. The heap is given back by ending.
   */
  static final List<String> FLAGS =
      List.of(
          "-Xms16m",
          "-Xmx512m",
          "-XX:+UseSerialGC",
          "-XX:Tier4InvocationThreshold=100000",
          "-XX:Tier4MinInvocationThreshold=12000",
          "-XX:Tier4CompileThreshold=300000",
          "-XX:Tier4BackEdgeThreshold=800000",
          "-Xshare:auto",
          "-XX:-UsePerfData",
          // Standard output belongs to the frames, and a data program's to its own bytes.
          "-XX:+DisplayVMOutputToStderr");

  private static final String MAIN = "org.georep.secondary.AgentMain";

  private AgentJvm() {}

  /** Returns the command that starts an agent on this host, with this process's own Java. */
  static List<String> localCommand() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    AgentJar.installed()
        .ifPresentOrElse(
            jar -> command.addAll(List.of("-jar", jar.toString())),
            () -> command.addAll(List.of("-cp", absoluteClassPath(), MAIN)));
    return List.copyOf(command);
  }

  private static String absoluteClassPath() {
    List<String> parts = new ArrayList<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!part.isEmpty()) {
        parts.add(Path.of(part).toAbsolutePath().toString());
      }
    }
    return String.join(File.pathSeparator, parts);
  }
}
