package org.georep.connection;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the agent's Java is called. */
final class AgentJvm {
  /** What the second compiler is for. */
  private static final String DIGEST = "sun.security.provider.DigestBase::implCompressMultiBlock";

  private static final String LAST_BLOCK = "sun.security.provider.SHA2::implCompress";

  /**
   * Small, and quick to start: a data channel is one more of these. The agent waits for disks, not
   * for the compiler, so the first of Java's is enough, without the notes that it takes for the
   * second, which make its code slower. Only digests, for which the second has the processor's own
   * instructions, are left to that one at once, and as methods of their own, lest the first takes
   * them into others. The heap is given back by ending. Contents pass through the part of it that
   * is for what is young: with little of that half a second of a first copy goes into collecting
   * it, and with little of the rest as much again: what waits for its contents grows old there.
   */
  static final List<String> FLAGS =
      List.of(
          "-Xms64m",
          "-Xmn20m",
          "-Xmx512m",
          // Beside the heap: what a write of the inventory passes through at once, and classes.
          "-XX:MaxDirectMemorySize=256m",
          "-XX:MaxMetaspaceSize=192m",
          // Memory follows what is in use, not the size of the tree.
          "-XX:MinHeapFreeRatio=15",
          "-XX:MaxHeapFreeRatio=30",
          "-XX:+UseSerialGC",
          // Options that a later Java has no more are passed over.
          "-XX:+IgnoreUnrecognizedVMOptions",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:-C1UpdateMethodData",
          "-XX:-C1ProfileCalls",
          "-XX:-C1ProfileVirtualCalls",
          "-XX:-C1ProfileInlinedCalls",
          "-XX:-C1ProfileBranches",
          "-XX:-C1ProfileCheckcasts",
          "-XX:Tier4InvocationThreshold=1000000000",
          "-XX:Tier4MinInvocationThreshold=1000000000",
          "-XX:Tier4CompileThreshold=1000000000",
          "-XX:Tier4BackEdgeThreshold=1000000000",
          "-XX:CompileCommand=quiet",
          "-XX:CompileCommand=dontinline," + DIGEST,
          "-XX:CompileCommand=CompileThresholdScaling," + DIGEST + ",0.0000001",
          "-XX:CompileCommand=dontinline," + LAST_BLOCK,
          "-XX:CompileCommand=CompileThresholdScaling," + LAST_BLOCK + ",0.0000001",
          "-Xshare:auto",
          "-XX:-UsePerfData",
          // An archive of classes that does not fit is passed over without a word.
          "-Xlog:disable",
          "-Xlog:all=error:stderr",
          "-Xlog:cds=off:stderr",
          // Standard output belongs to the frames, and a data program's to its own bytes.
          "-XX:+DisplayVMOutputToStderr");

  private static final String NAME = "georep-agent";

  /** What an archive of classes is named by. */
  static final String ARCHIVE = "-XX:SharedArchiveFile=";

  /** What is run while an archive is made. */
  static final String REHEARSAL = "org.georep.secondary.Rehearsal";

  private static final String MAIN = "org.georep.secondary.AgentMain";

  private AgentJvm() {}

  /** Returns the command that starts an agent on this host, with this process's own Java. */
  static List<String> localCommand() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    AgentJar.installed()
        .ifPresentOrElse(
            jar -> {
              archive(jar).ifPresent(file -> command.add(ARCHIVE + file));
              command.addAll(List.of("-jar", jar.toString()));
            },
            () -> command.addAll(List.of("-cp", absoluteClassPath(), MAIN)));
    return List.copyOf(command);
  }

  /**
   * What this Java made of the classes of exactly this jar when it was built or installed. The name
   * says how many bytes it has: Java ends on one that is not whole.
   */
  private static Optional<Path> archive(Path jar) {
    try {
      String hash = Files.readString(jar.resolveSibling(NAME + ".sha256")).strip();
      String name = NAME + "-" + hash + "-" + System.getProperty("java.version") + "+";
      try (DirectoryStream<Path> found =
          Files.newDirectoryStream(jar.resolveSibling("cds"), name + "*.jsa")) {
        for (Path file : found) {
          if (file.endsWith(name + Files.size(file) + ".jsa")) {
            return Optional.of(file);
          }
        }
      }
      return Optional.empty();
    } catch (IOException | DirectoryIteratorException e) {
      return Optional.empty(); // it only saves time
    }
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
