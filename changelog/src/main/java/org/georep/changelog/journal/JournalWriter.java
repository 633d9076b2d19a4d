package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.georep.changelog.record.RecordCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of a volume's journal.
 *
 * <p><b>Guarantees.</b> Records are numbered 1, 2, 3 and so on, across generations and writers; a
 * number is not given twice to records that a reader could both have seen. When {@link #append}
 * returns, the record survives the death of this process and can be read. When {@link #sync}
 * returns, everything appended before survives a power loss.
 *
 * <p><b>Generations.</b> A writer never appends to what another wrote: its first record begins a
 * new generation, as does the first after one has grown to its size. So a tail that a crash left in
 * whatever state is only ever read, and how the writer before ended is written down in the new
 * generation's {@code begin} file.
 *
 * <p><b>A crash</b> of the process leaves every appended record; the next writer finds the last one
 * by reading on from the shared head. A crash of the machine leaves some first part of what was
 * written since the last sync, perhaps with holes, perhaps silently cut; the boot id in {@code
 * begin} and the missing {@code end} tell the next writer, which tells the readers. Making a
 * generation: directory, queue, first record, and durably, last, {@code begin}; a crash before that
 * leaves a directory that counts for nothing and a record whose append did not return.
 *
 * <p>Safe for any thread, except that a thread that uses it must not be interrupted: that would
 * close files under it.
 */
public final class JournalWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);

  private final JournalDirectory directory;
  private final JournalSettings settings;
  private final Clock clock;
  private final String bootId;
  private final WriterLock lock;
  private final Head head;
  private final Retention retention;
  private final RotationRequest rotation;
  private final RecordCodec codec = new RecordCodec();
  private final Object syncing = new Object();

  private @Nullable QueueAppender live;
  private long generation;
  private long last;
  private long synced;
  private Ending before;
  private boolean untrimmed;
  private boolean closed;

  /** Opens it; the lock is closed with it, unless this throws. */
  JournalWriter(
      JournalDirectory directory,
      JournalSettings settings,
      Clock clock,
      String bootId,
      WriterLock lock)
      throws IOException {
    this.directory = directory;
    this.settings = Objects.requireNonNull(settings, "settings is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.bootId = bootId;
    this.lock = lock;
    JournalFormats.check(directory); // before anything is written
    this.head = Head.create(directory.path());
    directory.generations().sweep();
    LastRun lastRun = LastRun.examine(directory, head, bootId, clock);
    this.generation = lastRun.generation();
    this.last = lastRun.last();
    this.synced = last;
    this.before = lastRun.ending();
    this.retention = new Retention(directory);
    this.rotation = new RotationRequest(directory.path());
    rotation.take();
    head.publish(last, 0);
  }

  /**
   * Opens the journal for writing; makes it if there is none.
   *
   * @throws JournalHeldException if it has a writer already
   * @throws org.georep.posix.NewerFormatException if a later version of georep wrote it
   */
  public static JournalWriter open(
      JournalDirectory directory, JournalSettings settings, Clock clock) throws IOException {
    return open(directory, settings, clock, BootId.current());
  }

  static JournalWriter open(
      JournalDirectory directory, JournalSettings settings, Clock clock, String bootId)
      throws IOException {
    try (JournalClaim claim = JournalClaim.take(directory)) {
      return claim.open(settings, clock, bootId);
    }
  }

  /**
   * Appends a record.
   *
   * @return its sequence number
   * @throws JournalFullException if the disk is full: nothing was appended, and it can be tried
   *     again
   * @throws IOException if it could not be appended: a number is left out, so that readers see a
   *     hole, and the next record begins a new generation
   */
  public synchronized long append(ChangeRecord change) throws IOException {
    if (closed) {
      throw new IOException("the journal " + directory + " was closed");
    }
    long sequence = last + 1;
    ByteBuffer bytes = codec.encode(new JournalRecord(sequence, clock.instant(), change));
    try {
      if (live == null) {
        live = begin(sequence, bytes);
      } else {
        live.append(bytes);
      }
      JournalFailpoint.RECORD_APPENDED.reached();
    } catch (JournalFullException e) {
      throw e;
    } catch (IOException e) {
      last = sequence;
      abandon();
      throw e;
    }
    last = sequence;
    long size = live.position();
    head.publish(sequence, size);
    if (size >= settings.generationBytes()) {
      rotate(Ending.ROTATED);
    }
    return sequence;
  }

  private synchronized QueueAppender begin(long first, ByteBuffer record) throws IOException {
    Generations generations = directory.generations();
    long next = generation + 1;
    generations.delete(next); // what an attempt that failed left
    Path path = Files.createDirectory(generations.path(next));
    QueueAppender appender = new QueueAppender(path, record);
    boolean begun = false;
    try {
      appender.force();
      DurableProperties.syncDirectory(directory.path());
      JournalFailpoint.GENERATION_MADE.reached();
      GenerationFile.write(path, new GenerationFile.Beginning(first, bootId, before));
      JournalFailpoint.GENERATION_BEGUN.reached();
      begun = true;
    } finally {
      if (!begun) {
        appender.close();
      }
    }
    generation = next;
    before = Ending.ROTATED;
    return appender;
  }

  private synchronized void rotate(Ending how) throws IOException {
    QueueAppender ending = live;
    if (ending == null) {
      return;
    }
    live = null;
    before = Ending.DAMAGED; // unless all of this succeeds
    GenerationFile.End end = new GenerationFile.End(last, ending.position(), how);
    retention.finished(generation, end); // first: it is never written to again, and takes space
    ending.close();
    JournalFailpoint.GENERATION_CLOSED.reached();
    GenerationFile.write(directory.generations().path(generation), end);
    JournalFailpoint.GENERATION_ENDED.reached();
    before = how;
    trim();
    head.publish(last, 0);
  }

  private synchronized void abandon() {
    QueueAppender broken = live;
    live = null;
    before = Ending.DAMAGED;
    if (broken == null) {
      return;
    }
    try {
      GenerationFile.End end = new GenerationFile.End(last, broken.position(), Ending.DAMAGED);
      retention.finished(generation, end);
      broken.close();
    } catch (IOException | RuntimeException e) {
      // It is given up; that it is says the next generation.
      before = Ending.DAMAGED;
    }
  }

  /**
   * Makes everything appended so far durable against power loss. Cheap when nothing was appended
   * since. Appending goes on meanwhile. Meant to be called about once a second; it also sees to
   * what readers ask for.
   *
   * @throws IOException if the disk failed: what was appended since the last sync may be lost, and
   *     the next record begins a generation that says so
   */
  public void sync() throws IOException {
    synchronized (syncing) {
      QueueAppender appender;
      long upTo;
      synchronized (this) {
        attend();
        appender = live;
        upTo = last;
        if (appender == null || upTo == synced) {
          return;
        }
      }
      try {
        appender.force();
      } catch (IOException e) {
        synchronized (this) {
          if (appender.equals(live)) {
            abandon();
          }
        }
        throw e;
      }
      synchronized (this) {
        synced = upTo;
      }
      JournalFailpoint.JOURNAL_SYNCED.reached();
    }
  }

  private synchronized void attend() throws IOException {
    if (live == null) {
      return;
    }
    if (!directory.generations().exists(generation)) {
      abandon(); // somebody deleted it
    } else if (rotation.take()) {
      rotate(Ending.ROTATED);
    }
  }

  /**
   * Deletes the generations that every registered reader has acknowledged to their end. That it
   * fails is logged, once: no record is lost by it, and it is tried again with the next call.
   */
  public synchronized void trim() {
    try {
      // The newest says where the numbers go on, and how it ended.
      retention.apply(settings.capBytes() - settings.generationBytes(), live == null ? 1 : 0);
      untrimmed = false;
    } catch (IOException | RuntimeException e) {
      if (!untrimmed) {
        LOG.warn("What was read of the journal {} cannot be deleted", directory, e);
      }
      untrimmed = true;
    }
  }

  /** Returns the number of the last record, 0 before the first. */
  public synchronized long lastSequence() {
    return last;
  }

  /**
   * Returns the number up to which readers find records or know that some are missing. It stays
   * behind {@link #lastSequence} while nothing can be appended: there is nothing new to see.
   */
  public long lastPublished() {
    return head.last();
  }

  /** Returns how many bytes of the disk the records take. */
  public synchronized long bytes() {
    return retention.bytes() + (live == null ? 0 : live.position());
  }

  /** Returns the directory. */
  public JournalDirectory directory() {
    return directory;
  }

  /** Makes everything durable, records that this was a clean end, and gives the lock back. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (lock) {
      rotate(Ending.CLOSED);
    }
  }
}
