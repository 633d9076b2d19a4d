package org.georep.replicator.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalPosition;
import org.georep.changelog.journal.JournalReader;
import org.georep.changelog.journal.StartAt;
import org.georep.changelog.record.JournalRecord;

/**
 * What is in a volume's journal. Reading registers a reader of its own, so that nothing is trimmed
 * meanwhile, and takes it back; one that a killed process left is taken back by the next listing.
 */
public final class JournalListing {
  private static final String READER = "listing-";

  private final JournalDirectory directory;
  private final Clock clock;

  /** Lists the journal in a directory. */
  public JournalListing(JournalDirectory directory, Clock clock) {
    this.directory = Objects.requireNonNull(directory, "directory is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
  }

  /**
   * Hands over the records that are there now, the oldest first.
   *
   * @param from the first sequence number wanted
   * @param most how many at most
   */
  public void show(long from, long most, Consumer<JournalRecord> taker) throws IOException {
    if (!directory.exists()) {
      return;
    }
    forgetDead();
    String name = READER + ProcessHandle.current().pid();
    try (JournalReader reader =
        JournalReader.open(directory, name, new StartAt.Acknowledged(), clock)) {
      long last = reader.lastKnown();
      long left = most;
      Optional<JournalRecord> record = reader.next();
      while (record.isPresent() && left > 0) {
        if (record.get().sequence() >= from) {
          taker.accept(record.get());
          left--;
        }
        record = record.get().sequence() >= last ? Optional.empty() : reader.next();
      }
    } finally {
      directory.forget(name);
    }
  }

  private void forgetDead() throws IOException {
    for (String reader : directory.readers()) {
      if (reader.startsWith(READER)) {
        String pid = reader.substring(READER.length());
        if (pid.matches("[0-9]{1,10}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
          directory.forget(reader);
        }
      }
    }
  }

  /** Returns its size and who reads it, as programs read it. */
  public ObjectNode stat() throws IOException {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    boolean exists = directory.exists();
    node.put("journal_bytes", exists ? directory.bytes() : 0);
    node.put("last_sequence", exists ? directory.lastSequence() : 0);
    ObjectNode readers = node.putObject("readers");
    if (exists) {
      for (String reader : directory.readers()) {
        ObjectNode one = readers.putObject(reader);
        Optional<JournalPosition> position = directory.acknowledged(reader);
        position.ifPresent(
            at -> {
              one.put("acknowledged_sequence", at.sequence());
              one.put(
                  "records_pending",
                  Math.max(0, node.get("last_sequence").longValue() - at.sequence()));
            });
      }
    }
    return node;
  }
}
