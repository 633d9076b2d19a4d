package org.georep.replicator.worker;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import org.georep.changelog.capture.CaptureChoice;
import org.georep.changelog.capture.CaptureWish;
import org.georep.changelog.capture.host.CaptureProcess;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalSettings;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.testing.JavaProgram;
import org.georep.testing.Program;

/** Capture of a volume as a process of its own; {@link #close} lets it end cleanly. */
final class CaptureProgram implements Closeable {
  private final Process process;

  CaptureProgram(Path journal, Path primary, CaptureWish wish) throws IOException {
    this(journal, primary, wish, "");
  }

  /** Starts it with a directory before its class path. */
  CaptureProgram(Path journal, Path primary, CaptureWish wish, Path front) throws IOException {
    this(journal, primary, wish, front + File.pathSeparator);
  }

  private CaptureProgram(Path journal, Path primary, CaptureWish wish, String front)
      throws IOException {
    process =
        new ProcessBuilder(
                JavaProgram.command(
                    front + JavaProgram.classPath(),
                    CaptureProgram.class,
                    journal.toString(),
                    primary.toString(),
                    wish.name()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); !"started".equals(line); line = lines.readLine()) {
      if (line == null) {
        throw new IOException("capture did not start");
      }
    }
  }

  /** Sends it a signal. */
  void signal(String name) {
    Program.check("kill", "-" + name, Long.toString(process.pid()));
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }

  /** The process. */
  public static void main(String[] arguments) throws Exception {
    byte[] root = RawPath.toBytes(Path.of(arguments[1]));
    CaptureWish wish = CaptureWish.valueOf(arguments[2]);
    CaptureProcess capture =
        new CaptureProcess(
            JournalDirectory.at(Path.of(arguments[0])),
            JournalSettings.DEFAULT,
            () -> CaptureChoice.open(NativeLibc.instance(), root, wish).source().orElseThrow(),
            Clock.systemUTC());
    Thread end =
        new Thread(
            () -> {
              try {
                System.in.readAllBytes();
                capture.stop();
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    end.setDaemon(true);
    end.start();
    capture.run(() -> System.out.println("started"));
  }
}
