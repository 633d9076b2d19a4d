package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.georep.changelog.record.DamagedRecordException;
import org.georep.changelog.record.JournalRecord;
import org.georep.changelog.record.RecordCodec;
import org.jspecify.annotations.Nullable;

/**
 * Reads one generation, record by record, by sequence number. Every record it returns was written
 * with the number it is found at and passed its checksum. For one thread at a time.
 */
final class GenerationReader implements AutoCloseable {
  /** Chronicle notes the place of every so many records; from there one can go on after a hole. */
  private static final int INDEX_SPACING = 256;

  private static final int TRIES_BEFORE_LARGER_STEPS = 32;

  /** What a step came to. */
  enum Step {
    /** There is a {@link #record}. */
    RECORD,
    /** There is nothing more, for now or for ever. */
    NOTHING,
    /** The record with the number {@link #sequence} is damaged; the next may be whole. */
    DAMAGED,
    /** From here on it cannot be read; {@link #why} says why. */
    BROKEN
  }

  private final Path path;
  private final long first;
  private final RecordCodec codec = new RecordCodec();
  private @Nullable QueueTail tail;
  private @Nullable JournalRecord record;
  private @Nullable JournalRecord found;
  private long sequence;
  private long bytes;
  private String why = "";

  /**
   * Stands before the record that follows the given one.
   *
   * @param first the number of the generation's first record
   * @param after a number; less than {@code first} means the beginning
   */
  GenerationReader(Path path, long first, long after) {
    this.path = path;
    this.first = first;
    this.sequence = Math.max(after, first - 1);
  }

  Step step() {
    if (found != null) {
      record = found;
      sequence = found.sequence();
      found = null;
      return Step.RECORD;
    }
    boolean reopened = tail == null;
    while (true) {
      try {
        if (tail == null) {
          tail = open(sequence);
        }
        return read(tail);
      } catch (IOException e) {
        closeTail();
        if (reopened) {
          why = String.valueOf(e.getMessage());
          return Step.BROKEN;
        }
        reopened = true; // an interrupt of the thread looks like damage: look again
      }
    }
  }

  private Step read(QueueTail from) throws IOException {
    ByteBuffer buffer = codec.fill();
    if (!from.read(buffer)) {
      return Step.NOTHING;
    }
    long number = first + from.index();
    bytes = from.position();
    try {
      JournalRecord read = codec.decode();
      if (read.sequence() != number) {
        throw new DamagedRecordException(
            "record " + read.sequence() + " stands in the place of " + number);
      }
      record = read;
      sequence = number;
      return Step.RECORD;
    } catch (DamagedRecordException e) {
      why = String.valueOf(e.getMessage());
      sequence = number;
      return Step.DAMAGED;
    }
  }

  private QueueTail open(long after) throws IOException {
    QueueTail opened = new QueueTail(path);
    boolean placed = false;
    try {
      place(opened, after);
      placed = true;
      return opened;
    } finally {
      if (!placed) {
        opened.close();
      }
    }
  }

  /** Stands behind the record with the number, which has to be there. */
  private void place(QueueTail at, long after) throws IOException {
    if (after < first) {
      return;
    }
    ByteBuffer ignored = ByteBuffer.allocate(RecordCodec.MAX_BYTES);
    if (at.moveTo(after - first) && at.read(ignored) && at.index() == after - first) {
      return;
    }
    at.moveToStart();
    do {
      if (!at.read(ignored.clear())) {
        throw new IOException("record " + after + " cannot be reached in " + path);
      }
    } while (at.index() < after - first);
  }

  /** Returns the record that {@link Step#RECORD} announced. */
  JournalRecord record() {
    JournalRecord read = record;
    if (read == null) {
      throw new IllegalStateException("no record was read");
    }
    return read;
  }

  /** Returns the number of the record read last, damaged or not. */
  long sequence() {
    return sequence;
  }

  /** Returns why reading came to {@link Step#DAMAGED} or {@link Step#BROKEN}. */
  String why() {
    return why;
  }

  /** Returns how many bytes of the file are in use up to the record read last. */
  long bytes() {
    return bytes;
  }

  /**
   * Looks for a record behind a hole that can be read, which the next step then returns.
   *
   * @param upTo the highest number there can be
   * @return whether there is one
   */
  boolean skip(long upTo) {
    long step = INDEX_SPACING;
    long ordinal = (sequence - first + 1) / INDEX_SPACING * INDEX_SPACING + INDEX_SPACING;
    for (int tries = 0; ordinal <= upTo - first; ordinal += step) {
      if (tryAt(ordinal)) {
        return true;
      }
      if (++tries % TRIES_BEFORE_LARGER_STEPS == 0) {
        step *= 2;
      }
    }
    return false;
  }

  private boolean tryAt(long ordinal) {
    closeTail();
    QueueTail fresh = null;
    try {
      fresh = new QueueTail(path); // one that met damage is in no known state
      if (fresh.moveTo(ordinal)
          && read(fresh) == Step.RECORD
          && record().sequence() == first + ordinal) {
        found = record();
        tail = fresh;
        fresh = null;
        return true;
      }
    } catch (IOException e) {
      return false;
    } finally {
      if (fresh != null) {
        fresh.close();
      }
    }
    return false;
  }

  /**
   * Reads to the last record that follows without a hole.
   *
   * @return whether the place to begin at was found; then {@link #sequence} is the last one's
   *     number
   */
  boolean readToEnd() {
    Step step = step();
    if (step == Step.BROKEN) {
      return false;
    }
    while (step == Step.RECORD) {
      step = step();
    }
    return true;
  }

  /** Forgets what is open, so that the next step looks with fresh eyes. */
  void reopen() {
    closeTail();
  }

  private void closeTail() {
    if (tail != null) {
      tail.close();
      tail = null;
    }
  }

  @Override
  public void close() {
    closeTail();
  }
}
