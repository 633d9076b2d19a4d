package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Optional;
import org.georep.changelog.record.DamagedRecordException;
import org.georep.changelog.record.JournalRecord;
import org.georep.changelog.record.RecordCodec;
import org.georep.posix.NewerFormatException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the records of one generation in the order of their numbers. Every record it returns is as
 * it was written, by its checksum; whether one is missing before it, its number tells. That it
 * returns none does not mean that there is none: {@link #skip} looks behind damage. For one thread
 * at a time.
 */
final class GenerationReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationReader.class);
  private static final int ALIGNMENT = 4;

  private final Path path;
  private final RecordCodec codec = new RecordCodec();
  private @Nullable QueueFile file;

  /** Where the next document begins. */
  private long offset;

  /** The number of the record before it that was returned or skipped last. */
  private long sequence;

  /** Where that record ends. */
  private long bytes;

  /**
   * Stands before the record that follows the given one.
   *
   * @param path the generation's directory
   * @param after a number; records up to it are left out
   */
  GenerationReader(Path path, long after) {
    this.path = path;
    this.sequence = after;
  }

  /**
   * Returns the next record that stands where it should, empty if none does.
   *
   * @throws ClosedByInterruptException if the thread was interrupted; can be tried again
   * @throws NewerFormatException if a later version of georep wrote it
   */
  Optional<JournalRecord> next() throws ClosedByInterruptException, NewerFormatException {
    try {
      Optional<JournalRecord> record = read(open());
      if (record.isEmpty()) {
        // What was read ahead may be older than what was written since.
        open().refresh();
        record = read(open());
      }
      return record;
    } catch (ClosedByInterruptException | NewerFormatException e) {
      reopen();
      throw e;
    } catch (IOException e) {
      LOG.debug("Cannot read {}", path, e);
      reopen();
      return Optional.empty();
    }
  }

  private Optional<JournalRecord> read(QueueFile from) throws IOException {
    while (true) {
      QueueFile.Kind kind = from.look(offset);
      if (kind == QueueFile.Kind.NONE) {
        return Optional.empty();
      }
      if (kind == QueueFile.Kind.DATA) {
        Optional<JournalRecord> record = decode(from, offset);
        if (record.isEmpty()) {
          return record;
        }
        offset = from.after(offset);
        bytes = offset;
        if (record.get().sequence() > sequence) {
          sequence = record.get().sequence();
          return record;
        }
      } else {
        offset = from.after(offset);
      }
    }
  }

  private Optional<JournalRecord> decode(QueueFile from, long at) throws IOException {
    ByteBuffer buffer = codec.fill();
    if (!from.copy(at, buffer)) {
      return Optional.empty();
    }
    try {
      return Optional.of(codec.decode());
    } catch (DamagedRecordException e) {
      if (e.newerVersion() > 0) {
        JournalFormats.checkRecord(path.resolve(ChronicleQueues.FILE), e.newerVersion());
      }
      LOG.debug("At {} of {}: {}", at, path, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Looks behind the place where nothing could be read for a record with a higher number, and if
   * there is one stands before it. Anything that passes for one by its bytes and checksum is one.
   *
   * @param upTo the highest number there can be
   */
  boolean skip(long upTo) throws ClosedByInterruptException, NewerFormatException {
    try {
      QueueFile from = open();
      from.refresh();
      long size = from.size();
      for (long at = offset + ALIGNMENT; at < size; at += ALIGNMENT) {
        if (from.look(at) == QueueFile.Kind.DATA) {
          Optional<JournalRecord> record = decode(from, at);
          if (record.isPresent()
              && record.get().sequence() > sequence
              && record.get().sequence() <= upTo) {
            offset = at;
            return true;
          }
        }
      }
    } catch (ClosedByInterruptException | NewerFormatException e) {
      reopen();
      throw e;
    } catch (IOException e) {
      LOG.debug("Cannot read {}", path, e);
      reopen();
    }
    return false;
  }

  /** Reads to the last record that can be read without skipping. */
  void readToEnd() throws ClosedByInterruptException, NewerFormatException {
    while (next().isPresent()) {
      // sequence() and bytes() move along
    }
  }

  /** Returns the number of the record read last, or the one to begin after. */
  long sequence() {
    return sequence;
  }

  /** Returns how many bytes of the file are in use up to the record read last. */
  long bytes() {
    return bytes;
  }

  private QueueFile open() throws IOException {
    QueueFile opened = file;
    if (opened == null) {
      opened = new QueueFile(path);
      file = opened;
    }
    return opened;
  }

  /** Has the file opened anew before it is read again. */
  void reopen() {
    QueueFile opened = file;
    file = null;
    if (opened != null) {
      try {
        opened.close();
      } catch (IOException e) {
        LOG.debug("Closing {} failed", path, e);
      }
    }
  }

  @Override
  public void close() {
    reopen();
  }
}
