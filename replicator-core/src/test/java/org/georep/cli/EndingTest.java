package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.georep.testing.JavaProgram;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.RegisterExtension;

final class EndingTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  /** Just when it loads what cannot be loaded any more once the end has begun. */
  @RepeatedTest(3)
  void captureThatIsStoppedWhileItBeginsEndsAtOnce() throws Exception {
    Path state = sandbox.directory("state");
    Process capture =
        new ProcessBuilder(
                JavaProgram.command(
                    Georep.class,
                    "capture",
                    sandbox.directory("primary").toString(),
                    "--capture=inotify",
                    "--state-dir=" + state))
            .redirectErrorStream(true)
            .redirectOutput(sandbox.path().resolve("log").toFile())
            .start();
    try {
      Waits.until("it holds the journal", () -> !capture.isAlive() || isHeld(state));
      capture.destroy();
      assertThat(capture.waitFor(30, TimeUnit.SECONDS)).as("sooner than its patience").isTrue();
    } finally {
      capture.destroyForcibly();
    }
  }

  private static boolean isHeld(Path state) throws Exception {
    try (Stream<Path> files = Files.walk(state)) {
      return files.anyMatch(file -> file.endsWith("lock"));
    }
  }
}
