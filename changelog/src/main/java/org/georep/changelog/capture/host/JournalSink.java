package org.georep.changelog.capture.host;

import java.io.IOException;
import java.time.Clock;
import org.georep.changelog.capture.RecordSink;
import org.georep.changelog.journal.JournalFullException;
import org.georep.changelog.journal.JournalWriter;
import org.georep.changelog.record.ChangeRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a source's records into the journal. When the journal takes none (the disk is full, or
 * failed) capture goes on and the records are lost; as soon as it takes records again, the first is
 * a gap that says so. Marks are not written while records are lost, so nobody takes the time as
 * covered.
 */
final class JournalSink implements RecordSink {
  private static final Logger LOG = LoggerFactory.getLogger(JournalSink.class);

  private final JournalWriter writer;
  private final Clock clock;
  private final Runnable wake;
  private final MarkPace pace = new MarkPace();
  private @Nullable String lost;
  private boolean written;

  JournalSink(JournalWriter writer, Clock clock, Runnable wake) {
    this.writer = writer;
    this.clock = clock;
    this.wake = wake;
  }

  @Override
  public synchronized void append(ChangeRecord change) {
    if (!recovered()) {
      return;
    }
    if (change instanceof ChangeRecord.Drained drained) {
      if (!pace.take(drained.upTo(), clock.instant())) {
        return;
      }
    } else {
      pace.changed(clock.instant());
    }
    write(change);
  }

  private boolean recovered() {
    String reason = lost;
    if (reason == null) {
      return true;
    }
    try {
      writer.append(new ChangeRecord.Gap(reason));
    } catch (IOException e) {
      return false; // the first reason is the one to tell
    }
    lost = null;
    written = true;
    LOG.info("The journal {} takes records again", writer.directory());
    return true;
  }

  private void write(ChangeRecord change) {
    try {
      writer.append(change);
      written = true;
    } catch (JournalFullException e) {
      lose("the disk of the journal was full: " + e.getMessage());
    } catch (IOException e) {
      lose("the journal could not be written: " + e.getMessage());
    }
  }

  /** Notes that records were lost, or may have been; a gap is written as soon as it can be. */
  synchronized void lose(String reason) {
    if (lost == null) {
      lost = reason;
      LOG.warn("Changes are not recorded in {}: {}", writer.directory(), reason);
    }
  }

  /** Writes the gap that is due, if one is. */
  synchronized void retry() {
    if (lost != null && recovered()) {
      flush();
    }
  }

  /** Returns why records are being lost, null if they are not. */
  synchronized @Nullable String lost() {
    return lost;
  }

  /** Asks for a mark that covers this moment, soon. */
  synchronized void requestMark() {
    pace.request(clock.instant());
  }

  /** Wakes readers, unless nothing was written since: sources flush after every look. */
  @Override
  public void flush() {
    if (takeWritten()) {
      wake.run();
    }
  }

  private synchronized boolean takeWritten() {
    boolean any = written;
    written = false;
    return any;
  }
}
