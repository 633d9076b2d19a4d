package org.georep.changelog.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.georep.changelog.record.ChangeRecord;
import org.junit.jupiter.api.Test;

class DrainMarksTest {
  private Instant wall = Instant.parse("2030-01-01T00:00:00Z");
  private long monotonic = 1_000_000_000_000L;
  private final List<ChangeRecord> records = new ArrayList<>();
  private final RecordSink sink = CaptureTest.listInto(records);
  private final DrainMarks marks = new DrainMarks(() -> wall, () -> monotonic);

  private void pass(Duration time) {
    wall = wall.plus(time);
    monotonic += time.toNanos();
  }

  @Test
  void marksTheTimeBeforeTheDrainLessTheMargin() throws IOException {
    Instant before = marks.beforeDrain(sink);
    pass(Duration.ofSeconds(5));
    marks.emptied(before, sink);
    assertThat(records).containsExactly(new ChangeRecord.Drained(before.minus(DrainMarks.MARGIN)));
  }

  @Test
  void marksSoonAfterRecordsAndSlowlyWhenIdle() throws IOException {
    marks.emptied(marks.beforeDrain(sink), sink);
    marks.emptied(marks.beforeDrain(sink), sink);
    assertThat(records).hasSize(1);
    pass(DrainMarks.SPACING);
    marks.emptied(marks.beforeDrain(sink), sink);
    assertThat(records).hasSize(1);
    marks.recorded();
    marks.emptied(marks.beforeDrain(sink), sink);
    assertThat(records).hasSize(2);
    pass(DrainMarks.HEARTBEAT);
    marks.emptied(marks.beforeDrain(sink), sink);
    assertThat(records).hasSize(3);
  }

  @Test
  void takesAClockThatWasSetBackForAGapOnce() throws IOException {
    pass(Duration.ofHours(1));
    marks.beforeDrain(sink);
    wall = wall.minusSeconds(1);
    marks.beforeDrain(sink);
    assertThat(records).isEmpty();
    // Small steps add up.
    wall = wall.minusMillis(1500);
    marks.beforeDrain(sink);
    assertThat(records).hasSize(1).hasOnlyElementsOfType(ChangeRecord.Gap.class);
    marks.beforeDrain(sink);
    assertThat(records).hasSize(1);
  }

  @Test
  void doesNotMindAClockThatWasSetForward() throws IOException {
    wall = wall.plusSeconds(3600);
    marks.beforeDrain(sink);
    assertThat(records).isEmpty();
    // But the way back: files changed meanwhile carry times to come.
    wall = wall.minusSeconds(3600);
    marks.beforeDrain(sink);
    assertThat(records).hasSize(1);
  }
}
