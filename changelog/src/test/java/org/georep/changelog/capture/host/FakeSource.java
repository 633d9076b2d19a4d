package org.georep.changelog.capture.host;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.georep.changelog.capture.ChangeSource;
import org.georep.changelog.capture.RecordSink;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;

/** A source whose changes a test makes up; offers a mark at every pause, as real ones do. */
final class FakeSource implements ChangeSource {
  private static final ChangeRecord END = new ChangeRecord.Stopped();
  private static final ChangeRecord FAIL = new ChangeRecord.Gap("fail");
  private static final ChangeRecord HANG = new ChangeRecord.Gap("hang");
  private final BlockingQueue<ChangeRecord> changes = new LinkedBlockingQueue<>();
  private volatile double coverage = 1;
  private volatile boolean closed;

  static ChangeRecord change(long number) {
    return new ChangeRecord.Entry(
        new Place(Gfid.of(new byte[] {7}), FileName.of("f" + number)), Optional.empty());
  }

  void put(ChangeRecord change) {
    changes.add(change);
  }

  void fail() {
    changes.add(FAIL);
  }

  /** Does nothing any more until {@link #stop}, as if the kernel did not return. */
  void hang() {
    changes.add(HANG);
  }

  void cover(double share) {
    coverage = share;
  }

  boolean closed() {
    return closed;
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public double coverage() {
    return coverage;
  }

  @Override
  public void nudge() {
    // It offers marks all the time.
  }

  @Override
  public void run(RecordSink sink) throws IOException {
    try {
      while (true) {
        ChangeRecord change = changes.poll(100, TimeUnit.MILLISECONDS);
        if (change == HANG) {
          change = changes.take();
        }
        if (change == END) {
          return;
        } else if (change == FAIL) {
          throw new IOException("made to fail");
        } else if (change == null) {
          sink.append(new ChangeRecord.Drained(Instant.now().minusSeconds(2)));
        } else {
          sink.append(change);
        }
        sink.flush();
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void stop() {
    changes.add(END);
  }

  @Override
  public void close() {
    closed = true;
  }
}
