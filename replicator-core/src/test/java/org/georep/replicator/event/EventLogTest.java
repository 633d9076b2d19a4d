package org.georep.replicator.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CheckpointStanding;
import org.georep.status.report.EventKind;
import org.georep.status.report.EventReport;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EventLogTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private static EventReport event(int number, String message) {
    return EventReport.of(
        Instant.ofEpochSecond(number, 123_456_789), EventKind.ACTIVE, "s", "_v", message);
  }

  @Test
  void isKeptInOrderAndExactly() throws Exception {
    EventLog log = new EventLog(sandbox.path().resolve("events"));
    assertThat(log.read()).isEmpty();
    EventReport full =
        event(1, "ü \"x\"\n")
            .about(
                new CheckpointReport(
                    "l", Instant.EPOCH, CheckpointStanding.COMPLETED, Instant.ofEpochMilli(1)))
            .withLag(1.5, 2)
            .withQuarantined(3);
    log.append(full);
    log.append(event(2, "two"));
    assertThat(log.read()).containsExactly(full, event(2, "two"));
  }

  @Test
  void aTornLineAndUnknownKindsAreLeftOut() throws Exception {
    Path file = sandbox.path().resolve("events");
    EventLog log = new EventLog(file);
    log.append(event(1, "one"));
    Files.writeString(
        file, "{\"time\":2,\"event\":\"act", StandardOpenOption.APPEND, StandardOpenOption.WRITE);
    log.append(event(3, "three"));
    Files.writeString(
        file,
        "{\"time\":4,\"event\":\"teleported\",\"session\":\"s\"}\n",
        StandardOpenOption.APPEND,
        StandardOpenOption.WRITE);
    log.append(event(5, "five"));
    assertThat(log.read()).containsExactly(event(1, "one"), event(3, "three"), event(5, "five"));
  }

  @Test
  void itsSizeIsBounded() throws Exception {
    Path file = sandbox.path().resolve("events");
    EventLog log = new EventLog(file);
    String large = "x".repeat(100_000);
    for (int i = 0; i < 40; i++) {
      log.append(event(i, large));
    }
    List<EventReport> kept = log.read();
    assertThat(kept.get(kept.size() - 1)).isEqualTo(event(39, large));
    assertThat(kept.size()).isBetween(10, 24);
    long bytes = Files.size(file) + Files.size(file.resolveSibling("events.1"));
    assertThat(bytes).isLessThan(2 * (EventLog.LARGEST + large.length() + 1_000));
  }

  @Test
  void aDeskSaysWhenTheLastRunDidNotEnd() throws Exception {
    Path file = sandbox.path().resolve("events");
    List<EventReport> told = new CopyOnWriteArrayList<>();
    for (int run = 0; run < 3; run++) {
      try (EventDesk desk =
          EventDesk.begin(
              "s", "_v", new EventLog(file), Duration.ZERO, told::add, Clock.systemUTC())) {
        if (run == 1) {
          desk.raise(EventKind.STOPPED, "ended in order");
        }
      }
    }
    assertThat(told).isEqualTo(new EventLog(file).read());
    assertThat(told)
        .extracting(EventReport::event)
        .containsExactly(
            EventKind.STARTED, EventKind.STARTED, EventKind.STOPPED, EventKind.STARTED);
    assertThat(told.get(0).message()).doesNotContain("ended");
    assertThat(told.get(1).message()).contains("ended without saying so");
    assertThat(told.get(3).message()).doesNotContain("ended");
  }
}
