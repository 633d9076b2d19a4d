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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.georep.changelog.capture.CaptureWish;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.EngineChoice;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A data program that hangs while its link lives, or an agent that does, holds nothing for ever.
 */
final class StallTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");

  private TestSession session(EngineChoice engine, Duration timeout) throws Exception {
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    Files.writeString(primary.resolve("first"), "1");
    return new TestSession(
            primary,
            sandbox.directory("state"),
            SecondaryAddress.parse(secondary.toString()),
            new LinkOptions(List.of(), Optional.empty(), Optional.empty(), Waits.scaled(timeout)),
            engine)
        .capture(CaptureWish.INOTIFY);
  }

  @Test
  void aHangingDataProgramIsGivenUp() throws Exception {
    TestSession session = session(EngineChoice.TARSSH, Duration.ofSeconds(1));
    List<ProcessHandle> stopped = new ArrayList<>();
    try (Scene scene = new Scene(primary, secondary, session);
        Scene.Replicating replicating = scene.start()) {
      replicating.awaitInStep();
      Waits.until("data channels wait", () -> dataEnds().size() == 2);
      stopped.addAll(dataEnds());
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

  /** It lives, and its link is open, but nothing comes any more, not even a sign of life. */
  @Test
  void anAgentThatIsStoppedIsToldOfAndMadeAnew() throws Exception {
    TestSession session = session(EngineChoice.STREAM, Duration.ofSeconds(3));
    Queue<String> told = new ConcurrentLinkedQueue<>();
    try (Scene scene = new Scene(primary, secondary, session);
        Scene.Replicating replicating = scene.start()) {
      replicating.awaitInStep();
      Meter meter = session.meter();
      assertThat(meter.connectionsLost).hasValue(0);
      meter.onChange(() -> meter.fault().ifPresent(told::add));
      ProcessHandle agent = started().get(0);
      try {
        Program.check("kill", "-STOP", Long.toString(agent.pid()));
        Files.writeString(primary.resolve("second"), "2");
        replicating.awaitInStep();
        assertThat(secondary.resolve("second")).hasContent("2");
        assertThat(told).anySatisfy(why -> assertThat(why).contains("nothing was heard"));
        assertThat(meter.connectionsLost.get()).isPositive();
        assertThat(meter.fault()).as("it goes on").isEmpty();
        assertThat(meter.failures).as("no entry is to blame").hasValue(0);
        Waits.until("the stopped one is gone", () -> !agent.isAlive());
        assertThat(started()).isNotEmpty().doesNotContain(agent);
      } finally {
        agent.destroyForcibly();
      }
    }
  }

  /** The first process is the agent, what follows are data channels. */
  private List<ProcessHandle> dataEnds() {
    List<ProcessHandle> all = started();
    return all.isEmpty() ? List.of() : all.subList(1, all.size());
  }

  private List<ProcessHandle> started() {
    List<ProcessHandle> all = new ArrayList<>(ProcessHandle.current().descendants().toList());
    all.removeAll(before);
    all.sort(Comparator.comparing(process -> process.info().startInstant().orElse(Instant.MAX)));
    return all;
  }
}
