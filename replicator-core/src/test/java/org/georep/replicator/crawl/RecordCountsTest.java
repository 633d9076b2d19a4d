package org.georep.replicator.crawl;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.georep.name.Gfid;
import org.junit.jupiter.api.Test;

class RecordCountsTest {
  private final RecordCounts counts = new RecordCounts();

  private static JournalRecord at(long sequence, ChangeRecord change) {
    return new JournalRecord(sequence, Instant.EPOCH, change);
  }

  private static ChangeRecord outside() {
    return new ChangeRecord.Outside(Gfid.of(new byte[] {1}));
  }

  @Test
  void whatIsReadAgainAfterAReconnectIsCountedOnce() {
    List<JournalRecord> records =
        List.of(
            at(1, outside()),
            at(2, new ChangeRecord.Drained(Instant.EPOCH)),
            at(3, outside()),
            // The reader's own has the number of the record that follows.
            at(4, new ChangeRecord.Gap("lost")),
            at(4, outside()));
    records.forEach(counts::read);
    records.subList(1, 5).forEach(counts::read);
    counts.read(at(5, outside()));
    assertThat(counts.events()).containsEntry("outside", 4L).containsEntry("data", 0L);
    assertThat(counts.events()).doesNotContainKey("mark");
    assertThat(counts.gaps()).isEqualTo(1);
  }
}
