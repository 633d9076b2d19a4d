package org.georep.changelog.capture.host;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalHeldException;
import org.georep.changelog.journal.JournalReader;
import org.georep.changelog.journal.JournalSettings;
import org.georep.changelog.journal.StartAt;
import org.jspecify.annotations.Nullable;

/**
 * What a replicator reads a volume's changes from, wherever they are captured: by a process of its
 * own if one runs, else hosted here. See the package for what {@code Started} means to a reader.
 *
 * <p>When the one that captures is gone, {@link #await} returns at once and {@link #alive} says so;
 * everything it recorded can still be read. {@link #recover} finds the next one, or becomes it;
 * reading goes on in the same journal with the same reader. Nothing recovers by itself, because a
 * host that dies again and again is for the replicator to report.
 *
 * <p>One thread reads and awaits; the rest may be called by any.
 */
public final class CaptureFeed implements AutoCloseable {
  /** A wake-up that got lost costs this much at most. */
  static final Duration POLL = Duration.ofSeconds(1);

  private static final long RETRY_NANOS = 50_000_000;
  private static final Duration GREETING = Duration.ofSeconds(5);

  private final JournalDirectory directory;
  private final JournalSettings settings;
  private final SourceOpener opener;
  private final Clock clock;
  private final Duration poll;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean signalled;
  private volatile @Nullable Runnable listener;
  private volatile @Nullable CaptureHost host;
  private volatile @Nullable CaptureLink link;
  private @Nullable JournalReader reader;

  private CaptureFeed(
      JournalDirectory directory,
      JournalSettings settings,
      SourceOpener opener,
      Clock clock,
      Duration poll) {
    this.directory = Objects.requireNonNull(directory, "directory is null");
    this.settings = Objects.requireNonNull(settings, "settings is null");
    this.opener = Objects.requireNonNull(opener, "opener is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.poll = poll;
  }

  /**
   * Attaches to the process that captures for the volume, or captures here.
   *
   * @param readerName this reader's name in the journal: the session's
   * @param patience how long to wait for a process that holds the journal and does not answer yet
   * @throws JournalHeldException if it still does not
   */
  public static CaptureFeed attach(
      JournalDirectory directory,
      JournalSettings settings,
      String readerName,
      StartAt start,
      SourceOpener opener,
      Clock clock,
      Duration patience)
      throws IOException, InterruptedException {
    return attach(directory, settings, readerName, start, opener, clock, patience, POLL);
  }

  static CaptureFeed attach(
      JournalDirectory directory,
      JournalSettings settings,
      String readerName,
      StartAt start,
      SourceOpener opener,
      Clock clock,
      Duration patience,
      Duration poll)
      throws IOException, InterruptedException {
    CaptureFeed feed = new CaptureFeed(directory, settings, opener, clock, poll);
    boolean attached = false;
    try {
      feed.find(patience);
      feed.reader = JournalReader.open(directory, readerName, start, clock);
      attached = true;
      return feed;
    } finally {
      if (!attached) {
        feed.close();
      }
    }
  }

  /** Finds one that captures, or becomes it. */
  private void find(Duration patience) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        CaptureHost started = CaptureHost.start(directory, settings, opener, clock);
        host = started;
        started.addListener(this::signal);
        return;
      } catch (JournalHeldException held) {
        if (link()) {
          return;
        }
        if (System.nanoTime() - deadline >= 0) {
          throw held;
        }
        pause();
      }
    }
  }

  private boolean link() throws InterruptedException {
    try {
      link = CaptureLink.connect(directory, this::signal, GREETING);
      return true;
    } catch (IOException e) {
      return false; // it is starting, or ending
    }
  }

  private void pause() throws InterruptedException {
    lock.lock();
    try {
      signalled = false;
    } finally {
      lock.unlock();
    }
    park(RETRY_NANOS);
  }

  /** Returns the reader, which stays the same whatever happens to capture. */
  public JournalReader reader() {
    return Objects.requireNonNull(reader, "the feed was not attached");
  }

  /**
   * Reads on from another place, with the same name. By the thread that reads.
   *
   * @throws IOException if the journal cannot be read; the feed is then to be closed
   */
  public void readFrom(StartAt start) throws IOException {
    String name = reader().name();
    reader().close();
    reader = JournalReader.open(directory, name, start, clock);
  }

  /** Has someone told, by any thread, when there may be something to read or capture is gone. */
  public void listen(Runnable whom) {
    listener = Objects.requireNonNull(whom, "whom is null");
  }

  /**
   * For who waits for other things, too: the listener is told when something comes after what the
   * reader has seen. By the thread that reads.
   *
   * @return whether there is something already
   */
  public boolean arm() throws IOException {
    long seen = reader().lastKnown();
    if (reader().ready()) {
      return true;
    }
    CaptureLink attached = link;
    if (attached != null) {
      attached.await(seen);
    }
    return false;
  }

  private void signal() {
    Runnable told = listener;
    if (told != null) {
      told.run();
    }
    lock.lock();
    try {
      signalled = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the reader has something, capture is gone, or the time is over. By the thread that
   * reads.
   *
   * @return whether the reader has something
   */
  public boolean await(Duration timeout) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      lock.lock();
      try {
        signalled = false;
      } finally {
        lock.unlock();
      }
      long seen = reader().lastKnown();
      if (reader().ready()) {
        return true;
      }
      if (!alive()) {
        return false;
      }
      CaptureLink attached = link;
      if (attached != null) {
        attached.await(seen);
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      park(Math.min(left, poll.toNanos()));
    }
  }

  private void park(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!signalled && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether changes are being captured, as far as this process can tell. */
  public boolean alive() {
    CaptureHost hosted = host;
    CaptureLink attached = link;
    return (hosted != null && hosted.alive()) || (attached != null && attached.alive());
  }

  /** Returns whether capture runs in this process. */
  public boolean hosted() {
    return host != null;
  }

  /** Returns what is wrong with capture, as a sentence without a full stop. */
  public Optional<String> trouble() {
    CaptureHost hosted = host;
    if (hosted != null) {
      return hosted.trouble();
    }
    return alive() ? Optional.empty() : Optional.of("the capture process is gone");
  }

  /** Returns the source's name: fanotify, inotify, gluster. */
  public String sourceName() {
    CaptureHost hosted = host;
    CaptureLink attached = link;
    if (hosted != null) {
      return hosted.sourceName();
    }
    return attached == null ? "" : attached.source();
  }

  /** Returns which share of the volume is watched, 0 to 1; 0 when capture is gone. */
  public double coverage() {
    CaptureHost hosted = host;
    CaptureLink attached = link;
    if (!alive()) {
      return 0;
    }
    if (hosted != null) {
      return hosted.coverage();
    }
    return attached == null ? 0 : attached.coverage();
  }

  /**
   * Asks for a mark that covers this moment soon, rather than at the next beat of an idle volume:
   * for a checkpoint.
   */
  public void requestMark() {
    CaptureHost hosted = host;
    CaptureLink attached = link;
    if (hosted != null) {
      hosted.requestMark();
    } else if (attached != null) {
      attached.requestMark();
    }
  }

  /**
   * After capture was found gone: waits for a capture process to come back, and if none does,
   * captures here. The next record after what was captured before is then a {@code Started}.
   *
   * @param patience how long to wait for a process before hosting it; zero hosts at once if nobody
   *     holds the journal
   * @throws IOException if it did not work out; it can be tried again
   */
  public void recover(Duration patience) throws IOException, InterruptedException {
    if (alive()) {
      return;
    }
    release();
    long deadline = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() - deadline < 0) {
      if (link()) {
        return;
      }
      pause();
    }
    find(patience.compareTo(GREETING) > 0 ? patience : GREETING);
  }

  private void release() throws IOException {
    CaptureHost hosted = host;
    CaptureLink attached = link;
    host = null;
    link = null;
    if (attached != null) {
      attached.close();
    }
    if (hosted != null) {
      hosted.close();
    }
  }

  /** Stops reading, and capturing if it was done here; {@code Stopped} is then in the journal. */
  @Override
  public void close() throws IOException {
    try {
      release();
    } finally {
      if (reader != null) {
        reader.close();
      }
    }
  }
}
