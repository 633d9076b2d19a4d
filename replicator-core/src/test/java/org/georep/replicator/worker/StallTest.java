package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.georep.changelog.capture.CaptureWish;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.EngineChoice;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A data program that hangs while its link lives does not keep what it has for ever. */
final class StallTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  @Test
  void aHangingDataProgramIsGivenUp() throws Exception {
    Path primary = sandbox.directory("primary");
    Path secondary = sandbox.path().resolve("secondary");
    Files.writeString(primary.resolve("first"), "1");
    TestSession session =
        new TestSession(
                primary,
                sandbox.directory("state"),
                SecondaryAddress.parse(secondary.toString()),
                new LinkOptions(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Waits.scaled(Duration.ofSeconds(1))),
                EngineChoice.TARSSH)
            .capture(CaptureWish.INOTIFY);
    List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
    List<ProcessHandle> stopped = new ArrayList<>();
    try (Scene scene = new Scene(primary, secondary, session);
        Scene.Replicating replicating = scene.start()) {
      replicating.awaitInStep();
      Waits.until("data channels wait", () -> dataEnds(before).size() == 2);
      stopped.addAll(dataEnds(before));
      for (ProcessHandle process : stopped) {
        Program.run(List.of("kill", "-STOP", Long.toString(process.pid())));
      }
      Files.writeString(primary.resolve("second"), "2");
      Files.writeString(primary.resolve("third"), "3");
      replicating.awaitInStep();
      assertThat(secondary.resolve("second")).hasContent("2");
      assertThat(session.meter().failures.get()).isZero();
    } finally {
      stopped.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** The first process is the agent, what follows are data channels. */
  private static List<ProcessHandle> dataEnds(List<ProcessHandle> before) {
    List<ProcessHandle> all = new ArrayList<>(ProcessHandle.current().descendants().toList());
    all.removeAll(before);
    all.sort(Comparator.comparing(process -> process.info().startInstant().orElse(Instant.MAX)));
    return all.isEmpty() ? List.of() : all.subList(1, all.size());
  }
}
