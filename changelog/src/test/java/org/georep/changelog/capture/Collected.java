package org.georep.changelog.capture;

import java.util.ArrayList;
import java.util.List;
import org.georep.changelog.record.ChangeRecord;

/** Keeps what is recorded. For one thread. */
public final class Collected implements RecordSink {
  private final List<ChangeRecord> records = new ArrayList<>();

  /** Returns all so far, in order. */
  public List<ChangeRecord> records() {
    return records;
  }

  @Override
  public void append(ChangeRecord change) {
    records.add(change);
  }

  @Override
  public void flush() {}
}
