package org.georep.replicator.worker;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.georep.changelog.capture.host.CaptureFeed;
import org.georep.changelog.journal.JournalReader;
import org.georep.changelog.journal.StartAt;
import org.georep.replicator.crawl.JournalIntake;
import org.georep.replicator.crawl.RecordCounts;
import org.georep.replicator.stime.SyncState;

/**
 * A worker's source of changes over all its connections: attached to before anything else is done,
 * and captured from without a break while connections come and go. Each connection reads again from
 * the position of the last barrier. For the worker's thread.
 */
public final class Capture implements AutoCloseable {
  /**
   * How long a capture process that went away may take to come back before changes are captured
   * here, at the cost of a crawl.
   */
  private static final Duration RETURN = Duration.ofSeconds(3);

  /** The same where somebody starts it again. */
  private static final Duration RETURN_OF_A_KEPT_ONE = Duration.ofMinutes(1);

  private final Optional<CaptureFeed> feed;
  private final Duration comesBack;

  /**
   * Reads from a feed, or from none.
   *
   * @param signal raised when there may be something to read
   */
  public Capture(Optional<CaptureFeed> feed, Signal signal) {
    this(feed, signal, RETURN);
  }

  private Capture(Optional<CaptureFeed> feed, Signal signal, Duration comesBack) {
    this.comesBack = comesBack;
    this.feed = feed;
    feed.ifPresent(each -> each.listen(signal::raise));
  }

  /** As above, where a capture process that went away is started again by another process. */
  static Capture kept(Optional<CaptureFeed> feed, Signal signal) {
    return new Capture(feed, signal, RETURN_OF_A_KEPT_ONE);
  }

  /**
   * Begins to read for one connection.
   *
   * @param start where the last barrier left off; without a position reading begins with what is
   *     captured from now on
   * @param counts takes note of what is read
   */
  Optional<JournalIntake> open(SyncState start, RecordCounts counts) throws IOException {
    return feed.isEmpty()
        ? Optional.empty()
        : Optional.of(new JournalIntake(follow(start), start.capture(), counts));
  }

  /** Begins to read as above, where there is a feed, for who wants the records themselves. */
  JournalReader follow(SyncState start) throws IOException {
    StartAt from = start.position().<StartAt>map(StartAt.After::new).orElseGet(StartAt.End::new);
    CaptureFeed open = feed.orElseThrow();
    open.readFrom(from);
    return open.reader();
  }

  /** Lets the journal forget what lies before a state that is durable. */
  void acknowledge(SyncState state) throws IOException {
    if (feed.isPresent() && state.position().isPresent()) {
      feed.get().reader().acknowledge(state.position().get());
    }
  }

  /**
   * Has the signal raised when there is something to read.
   *
   * @return whether there is already
   */
  boolean arm() throws IOException {
    return feed.isPresent() && feed.get().arm();
  }

  /** Asks for a mark that covers this moment, which an idle volume gives seldom by itself. */
  void requestMark() {
    feed.ifPresent(CaptureFeed::requestMark);
  }

  /**
   * If capture went away, waits for it to come back, or takes it over. Costs a crawl in either
   * case.
   */
  void keepAlive() throws IOException, InterruptedException {
    if (feed.isPresent() && !feed.get().alive()) {
      feed.get().recover(comesBack);
    }
  }

  /** Returns the feed, for status. */
  public Optional<CaptureFeed> feed() {
    return feed;
  }

  @Override
  public void close() throws IOException {
    if (feed.isPresent()) {
      feed.get().close();
    }
  }
}
