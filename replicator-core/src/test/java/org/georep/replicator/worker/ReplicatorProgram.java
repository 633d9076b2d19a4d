package org.georep.replicator.worker;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.georep.changelog.capture.CaptureWish;
import org.georep.changelog.journal.JournalSettings;
import org.georep.engine.EngineChoice;
import org.georep.replicator.session.RunMode;
import org.georep.testing.JavaProgram;

/**
 * A replicator with its capture as a process of its own; {@link #close} lets it end cleanly. Its
 * agents have the class path without what it has before it.
 */
final class ReplicatorProgram implements Closeable {
  private static final String CLASS_PATH = "java.class.path";

  private final Process process;

  /** Starts it with a directory before its class path. */
  ReplicatorProgram(Path front, Path primary, Path state, Path secondary, UUID session)
      throws IOException {
    this(List.of(), front, primary, state, secondary, session, JournalSettings.DEFAULT);
  }

  /** Starts it by another program, with its journal of some size. */
  ReplicatorProgram(
      List<String> by,
      Path front,
      Path primary,
      Path state,
      Path secondary,
      UUID session,
      JournalSettings journal)
      throws IOException {
    List<String> command = new ArrayList<>(by);
    command.addAll(
        JavaProgram.command(
            front + File.pathSeparator + JavaProgram.classPath(),
            ReplicatorProgram.class,
            primary.toString(),
            state.toString(),
            secondary.toString(),
            session.toString(),
            Long.toString(journal.capBytes()),
            Long.toString(journal.generationBytes())));
    process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The exit code of one that has ended. */
  int exitCode() {
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }

  /** The process. */
  public static void main(String[] arguments) throws Exception {
    String path = System.getProperty(CLASS_PATH);
    System.setProperty(CLASS_PATH, path.substring(path.indexOf(File.pathSeparatorChar) + 1));
    TestSession session =
        TestSession.local(
                Path.of(arguments[0]),
                Path.of(arguments[1]),
                Path.of(arguments[2]),
                EngineChoice.AUTO)
            .capture(CaptureWish.FANOTIFY)
            .named(UUID.fromString(arguments[3]))
            .journal(
                new JournalSettings(Long.parseLong(arguments[4]), Long.parseLong(arguments[5])));
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      running.quarantine().retryAll();
      Thread end =
          new Thread(
              () -> {
                try {
                  System.in.readAllBytes();
                  running.worker().stop();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      end.setDaemon(true);
      end.start();
      running.worker().run();
    }
  }
}
