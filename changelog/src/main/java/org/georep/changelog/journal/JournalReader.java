package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableSet;
import java.util.Optional;
import org.georep.changelog.record.ChangeRecord;
import org.georep.changelog.record.JournalRecord;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a volume's journal, in the writer's process or another.
 *
 * <p><b>Guarantees.</b> It returns the records in order, each whole and exactly as written. Where
 * it cannot prove that none is missing it returns a {@link ChangeRecord.Gap} of its own instead,
 * and goes on with the next record that can be read: a number is skipped, a checksum does not
 * match, a file is gone or cut, the writer is known to have come further than can be read, the
 * machine stopped while a generation was written, or the size limit dropped records. It never skips
 * in silence and never stays before a hole: if nothing can be read behind it, the gap is returned,
 * the writer is asked for a new generation, and reading goes on there.
 *
 * <p>A gap it returns has the number of the first record missing and takes a place in {@link
 * #position()} like any other; a reader opened again at a position before it meets it again.
 *
 * <p><b>Durable</b> is what was acknowledged: {@link #acknowledge} returns when the position is on
 * disk, and a crash before that leaves the one before. Records are kept from the acknowledged
 * position on, as long as they fit beneath the cap.
 *
 * <p>{@link #acknowledge} may be called from any thread; the rest by one thread at a time.
 */
public final class JournalReader implements AutoCloseable {
  private final JournalDirectory directory;
  private final String name;
  private final Clock clock;
  private final Object acknowledging = new Object();

  private final Deque<Outgoing> outgoing = new ArrayDeque<>();

  private @Nullable Head head;
  private @Nullable GenerationReader current;

  /** What the caller has seen. */
  private JournalPosition position;

  /** What was read; ahead of the position by what is outgoing. */
  private JournalPosition cursor;

  /** Nothing more can be read in the current generation. */
  private boolean givenUp;

  private record Outgoing(JournalRecord record, JournalPosition after) {}

  private JournalReader(
      JournalDirectory directory, String name, Clock clock, JournalPosition position) {
    this.directory = directory;
    this.name = name;
    this.clock = clock;
    this.position = position;
    this.cursor = position;
  }

  /**
   * Opens a reader and registers it, so that the writer keeps what it has not acknowledged.
   *
   * @param name its name, unique within the journal: 1 to 128 letters, digits or {@code _%@+=,.-}
   * @throws org.georep.posix.NewerFormatException if a later version of georep wrote it
   */
  public static JournalReader open(
      JournalDirectory directory, String name, StartAt start, Clock clock) throws IOException {
    ReaderFiles files = directory.create().readerFiles();
    ReaderFiles.check(name);
    JournalFormats.check(directory); // before the position is written
    JournalPosition position;
    String gap = null;
    if (start instanceof StartAt.After after) {
      position = after.position();
    } else if (start instanceof StartAt.End) {
      position = end(directory);
    } else {
      try {
        Optional<JournalPosition> acknowledged = files.position(name);
        position = acknowledged.isPresent() ? acknowledged.get() : oldest(directory);
      } catch (IOException e) {
        position = oldest(directory);
        gap = "where this reader stood in the journal cannot be read: " + e.getMessage();
      }
    }
    files.write(name, position);
    JournalReader reader = new JournalReader(directory, name, clock, position);
    if (gap != null) {
      reader.sendGap(gap, position);
    }
    return reader;
  }

  private static JournalPosition oldest(JournalDirectory directory) throws IOException {
    return Crossing.firstOf(directory, directory.generations().list(), 0)
        .map(Crossing::start)
        .orElse(JournalPosition.ORIGIN);
  }

  private static JournalPosition end(JournalDirectory directory) throws IOException {
    NavigableSet<Long> generations = directory.generations().list();
    if (generations.isEmpty()) {
      return JournalPosition.ORIGIN;
    }
    long newest = generations.last();
    Path path = directory.generations().path(newest);
    try (GenerationReader reader = new GenerationReader(path, 0)) {
      reader.readToEnd();
      return new JournalPosition(newest, Math.max(directory.lastSequence(), reader.sequence()));
    }
  }

  /**
   * Returns the next record, or a gap; empty if there is none yet.
   *
   * @throws IOException if the journal's directory cannot be read at all
   */
  public Optional<JournalRecord> next() throws IOException {
    // An interrupt closes files that are being read: it is kept for the caller.
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return read();
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Optional<JournalRecord> read() throws IOException {
    while (outgoing.isEmpty()) {
      boolean moved = current == null ? enter() : step() || lookFurther();
      if (!moved) {
        return Optional.empty();
      }
    }
    Outgoing next = outgoing.remove();
    position = next.after();
    return Optional.of(next.record());
  }

  /** Opens the generation the cursor is in, or the next that is there. */
  private boolean enter() throws IOException {
    Optional<Crossing> here = Crossing.find(directory, cursor.generation());
    if (here.isPresent()) {
      open(here.get());
      return true;
    }
    NavigableSet<Long> generations = directory.generations().list();
    Optional<Crossing> next = Crossing.firstOf(directory, generations, cursor.generation());
    if (next.isPresent()) {
      cross(next.get());
      return true;
    }
    if (generations.contains(cursor.generation())) {
      return false; // it cannot be entered, but the next will come
    }
    Optional<Crossing> oldest = Crossing.firstOf(directory, generations, 0);
    if (oldest.isEmpty()) {
      return false;
    }
    JournalPosition start = oldest.get().start();
    sendGap("the journal was replaced by an older one", start);
    cursor = start;
    open(oldest.get());
    return true;
  }

  private void open(Crossing into) {
    closeCurrent();
    givenUp = false;
    current =
        new GenerationReader(directory.generations().path(into.generation()), cursor.sequence());
  }

  private void cross(Crossing into) {
    into.gapAfter(cursor).ifPresent(reason -> sendGap(reason, into.start()));
    cursor = into.start();
    open(into);
  }

  /** Takes a step in the current generation. False: nothing there, as far as it can be read. */
  private boolean step() throws IOException {
    if (current == null || givenUp) {
      return false;
    }
    Optional<JournalRecord> record = current.next();
    record.ifPresent(this::send);
    return record.isPresent();
  }

  private void send(JournalRecord record) {
    long missing = cursor.sequence() + 1;
    if (record.sequence() > missing) {
      long until = record.sequence() - 1;
      sendGap(
          "records " + missing + " to " + until + " cannot be read",
          new JournalPosition(cursor.generation(), until));
    }
    cursor = new JournalPosition(cursor.generation(), record.sequence());
    outgoing.add(new Outgoing(record, cursor));
  }

  private void sendGap(String reason, JournalPosition after) {
    JournalRecord gap =
        new JournalRecord(cursor.sequence() + 1, clock.instant(), new ChangeRecord.Gap(reason));
    outgoing.add(new Outgoing(gap, after));
  }

  /** Nothing could be read: is that the end for now, the end of a generation, or a hole? */
  private boolean lookFurther() throws IOException {
    // In this order: what was promised before is in this generation, unless there was another.
    long promised = promised();
    NavigableSet<Long> generations = directory.generations().list();
    Optional<Crossing> newer = Crossing.firstOf(directory, generations, cursor.generation());
    if (step()) {
      return true;
    }
    long end = newer.isPresent() ? newer.get().first() - 1 : promised;
    if (end > cursor.sequence() && !givenUp && current != null) {
      current.reopen();
      if (step()) {
        return true;
      }
      if (current.skip(end)) {
        return step();
      }
      if (newer.isEmpty()) {
        giveUp(end);
        return true;
      }
    }
    if (newer.isPresent()) {
      cross(newer.get());
      return true;
    }
    if (!generations.isEmpty() && generations.last() < cursor.generation()) {
      closeCurrent(); // replaced: enter() says so
      return enter();
    }
    return false;
  }

  /**
   * The writer came further than can be read in the generation it may be writing: that is a gap up
   * to there, and what it appends from now on cannot be read before it begins another.
   */
  private void giveUp(long end) throws IOException {
    givenUp = true;
    new RotationRequest(directory.path()).ask();
    JournalPosition after = new JournalPosition(cursor.generation(), end);
    sendGap("records " + (cursor.sequence() + 1) + " to " + end + " cannot be read", after);
    cursor = after;
  }

  private long promised() throws IOException {
    if (head == null || !head.current(directory.path())) {
      head = Head.find(directory.path()).orElse(null);
    }
    return head == null ? 0 : head.last();
  }

  /** Returns whether {@link #next} would return something. Cheap; may be asked again and again. */
  public boolean ready() throws IOException {
    if (!outgoing.isEmpty()) {
      return true;
    }
    if (current != null && !givenUp && promised() > cursor.sequence()) {
      return true;
    }
    NavigableSet<Long> generations = directory.generations().list();
    if (generations.isEmpty()) {
      return false;
    }
    if (Crossing.firstOf(directory, generations, cursor.generation()).isPresent()) {
      return true;
    }
    return current == null
        ? Crossing.find(directory, cursor.generation()).isPresent()
        : generations.last() < cursor.generation();
  }

  /** Returns after which record, or gap, this reader stands. */
  public JournalPosition position() {
    return position;
  }

  /**
   * Persists that everything up to the position is done with and need not be kept for this reader.
   * Durable when it returns.
   */
  public void acknowledge(JournalPosition upTo) throws IOException {
    synchronized (acknowledging) {
      directory.readerFiles().write(name, upTo);
      JournalFailpoint.POSITION_WRITTEN.reached();
    }
  }

  /** Returns the name it is registered under. */
  public String name() {
    return name;
  }

  /** Returns the number of the last record that is known to have been appended, 0 if none is. */
  public long lastKnown() throws IOException {
    return promised();
  }

  /** Returns how many records follow the position, as far as is known. */
  public long pendingRecords() throws IOException {
    return Math.max(0, promised() - position.sequence());
  }

  /** Returns how many bytes of the disk the journal takes, approximately. */
  public long bytes() throws IOException {
    return directory.bytes();
  }

  private void closeCurrent() {
    if (current != null) {
      current.close();
      current = null;
    }
  }

  /** Frees what it has open. What was not acknowledged is returned again to who opens next. */
  @Override
  public void close() {
    closeCurrent();
  }
}
