package org.georep.changelog.capture.host;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.georep.changelog.journal.JournalDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Asks the process that captures for a journal, from time to time, whether it still works: one that
 * hangs keeps its socket, which goes on taking what is written to it. A process that is stopped
 * does not answer, and one whose source is stuck in the kernel does not either, see {@link
 * WakeServer}. One that runs and cannot write its journal answers: to begin anew would not help it.
 *
 * <p>The silence is counted in looks, none of which is worth more than {@value #LOOK_SECONDS} s,
 * and not by any clock of the day: when this process, or the whole machine, was asleep for an hour,
 * nobody was silent for an hour.
 *
 * <p>A process that is gone is not silent: that shows elsewhere, at once. For one thread; nothing
 * here waits.
 */
public final class CapturePulse implements AutoCloseable {
  /** What one look counts for at most. */
  private static final long LOOK_SECONDS = 5;

  private static final byte[] QUESTION =
      (WakeServer.PULSE + "\n").getBytes(StandardCharsets.US_ASCII);

  private final SocketPlace place;
  private final ByteBuffer in = ByteBuffer.allocate(256);
  private @Nullable SocketChannel channel;
  private boolean begun;
  private boolean owed;
  private long asked;
  private long looked;
  private Duration silence = Duration.ZERO;

  /** For the process that captures for this journal, whichever it is. */
  public CapturePulse(JournalDirectory directory) {
    this.place = new SocketPlace(Objects.requireNonNull(directory, "directory is null").path());
  }

  /**
   * Takes note of an answer, and asks again if it is time. To be called more often than every
   * {@value #LOOK_SECONDS} s.
   *
   * @param interval from one question to the next
   * @return for how long an answer is owed; zero if none is
   */
  public Duration look(Duration interval) {
    long now = System.nanoTime();
    Duration step =
        Duration.ofNanos(Math.min(now - looked, Duration.ofSeconds(LOOK_SECONDS).toNanos()));
    boolean due = !begun || now - asked >= interval.toNanos();
    looked = now;
    begun = true;
    try {
      hear();
      if (owed) {
        silence = silence.plus(step);
      }
      if (due && (channel == null || !owed)) {
        asked = now;
        ask();
      }
    } catch (IOException e) {
      close(); // it is gone
    }
    return silence;
  }

  private void hear() throws IOException {
    SocketChannel open = channel;
    if (open == null) {
      return;
    }
    int read = open.read(in.clear());
    while (read > 0) {
      // Only questions are answered, each with one line; the first line is the greeting.
      if (in.get(in.position() - 1) == '\n') {
        owed = false;
        silence = Duration.ZERO;
      }
      read = open.read(in.clear());
    }
    if (read < 0) {
      throw new IOException("the capture process closed the connection");
    }
  }

  private void ask() throws IOException {
    SocketChannel open = channel;
    if (open != null) {
      open.write(ByteBuffer.wrap(QUESTION));
      owed = true;
      return;
    }
    SocketChannel made = SocketChannel.open(StandardProtocolFamily.UNIX);
    boolean connected = false;
    try {
      made.configureBlocking(false);
      connected = made.connect(place.find());
      owed = true; // the greeting; so many may wait to be greeted that this one is not let in
    } finally {
      if (connected) {
        channel = made;
      } else {
        made.close();
      }
    }
  }

  /** Forgets the process; the next look begins with whichever captures then. */
  @Override
  public void close() {
    SocketChannel open = channel;
    channel = null;
    owed = false;
    silence = Duration.ZERO;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // Nothing was to be kept of it.
      }
    }
  }
}
