package org.georep.protocol;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One end of the frames that go back and forth after the greeting; the replicator's and the agent's
 * end are the same.
 *
 * <p>It guarantees: frames are handed to the listener in the order they arrived and sent in the
 * order they were given, contents behind all others; a ping leaves whenever a quarter of the
 * timeout passed with nothing else sent, so that a living peer always hears something; the end is
 * told to the listener exactly once, at the latest about one timeout after the peer's last byte.
 * Bytes count, not frames: a large frame on a slow link is no silence. Nor is time in which this
 * process itself was stopped, or in which the listener had not yet taken the last frame. Memory is
 * bounded on both sides: {@link #send} waits while too much is queued, and the reader takes nothing
 * more while the listener blocks.
 *
 * <p>Three daemon threads: reader, writer, watch. A thread blocked in the operating system is not
 * freed here; whoever owns the streams' process ends it when told of the end.
 */
public final class Conversation {
  /** Hears what arrives. */
  public interface Listener {
    /**
     * Takes a frame; pings are not shown. May block: nothing more is read meanwhile.
     *
     * @throws IOException ends the conversation
     */
    void arrived(Frame frame) throws IOException, InterruptedException;

    /** The conversation is over; called once, by any thread, also after {@link #end}. */
    void ended(End end);
  }

  /** Why it is over. */
  public enum How {
    /** The peer closed its end between two frames, or {@link Conversation#end} was called. */
    CLOSED,
    /** The stream broke. */
    BROKEN,
    /** The peer sent what is no frame, or what the listener would not take. */
    MALFORMED,
    /** The peer was silent for longer than the timeout. */
    SILENT
  }

  /** How it ended, and a sentence for people. */
  public record End(How how, String sentence) {
    /** Checks its parts. */
    public End {
      Objects.requireNonNull(how, "how is null");
      Objects.requireNonNull(sentence, "sentence is null");
    }
  }

  private static final int TICKS_PER_TIMEOUT = 8;
  private static final int PINGS_PER_TIMEOUT = 4;

  private final HeardStream in;
  private final OutputStream out;
  private final Duration timeout;
  private final Duration first;
  private final Listener listener;
  private final FrameQueue outgoing = new FrameQueue();
  private final AtomicBoolean over = new AtomicBoolean();
  private final CountDownLatch written = new CountDownLatch(1);
  private volatile boolean delivering;

  /** Makes one over two streams; nothing happens before {@link #start}. */
  public Conversation(InputStream in, OutputStream out, Duration timeout, Listener listener) {
    this(in, out, timeout, timeout, listener);
  }

  /**
   * Makes one with a peer that is just being started.
   *
   * @param first how long the peer may be silent before its first byte, if that is longer
   */
  public Conversation(
      InputStream in, OutputStream out, Duration timeout, Duration first, Listener listener) {
    this.first = Objects.requireNonNull(first, "first is null");
    this.in = new HeardStream(in);
    this.out = Objects.requireNonNull(out, "out is null");
    this.timeout = Objects.requireNonNull(timeout, "timeout is null");
    this.listener = Objects.requireNonNull(listener, "listener is null");
  }

  /** Starts to read, write and watch. */
  public void start() {
    start("frames-in", this::read);
    start("frames-out", this::write);
    start("frames-watch", this::watch);
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Returns a number that is another one whenever the peer gave a sign of life since: bytes
   * arrived, or a frame waits to be taken here, so that silence would be ours.
   */
  public long signs() {
    return delivering ? System.nanoTime() : in.heard();
  }

  /**
   * Queues a frame; waits while too much is queued.
   *
   * @return whether it was taken: not after the end
   */
  public boolean send(Frame frame) throws InterruptedException {
    return outgoing.add(frame);
  }

  /**
   * Queues a frame of contents, behind everything else; does not wait. Whoever sends keeps within
   * the credits the peer gave.
   *
   * @return whether it was taken: not after the end
   */
  public boolean sendContent(Frame frame) {
    return outgoing.addContent(frame);
  }

  /**
   * Sends what is queued and then an end of stream; later frames are not taken. Does not wait. The
   * peer's frames still arrive.
   */
  public void finish() {
    outgoing.finish();
  }

  /** Waits until everything queued before {@link #finish} was sent, or cannot be any more. */
  public boolean awaitWritten(Duration most) throws InterruptedException {
    return written.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends it now: nothing more is sent or delivered. */
  public void end() {
    end(new End(How.CLOSED, "the connection was closed here"));
  }

  /** Ends it now, as one that broke, for a reason of the owner's. */
  public void fail(String sentence) {
    end(new End(How.BROKEN, sentence));
  }

  private void end(End end) {
    if (over.compareAndSet(false, true)) {
      outgoing.close();
      listener.ended(end);
    }
  }

  private void read() {
    FrameReader reader = new FrameReader(in);
    try {
      for (Optional<Frame> frame = reader.read();
          frame.isPresent() && !over.get();
          frame = reader.read()) {
        take(frame.get());
      }
      end(new End(How.CLOSED, "the other side closed the connection"));
    } catch (ProtocolException e) {
      end(new End(How.MALFORMED, message(e)));
    } catch (EOFException e) {
      end(new End(How.BROKEN, message(e)));
    } catch (IOException e) {
      end(new End(How.BROKEN, "reading from the connection failed: " + message(e)));
    } catch (InterruptedException e) {
      end();
    } finally {
      // Without effect but after a fault of ours: nobody reads any more, and nobody would notice.
      fail("what arrived could not be taken");
    }
  }

  private void take(Frame frame) throws IOException, InterruptedException {
    switch (frame.type()) {
      case PING -> outgoing.pong(frame.id());
      case PONG -> {}
      case REQUEST, REPLY, CONTENT, CONTENT_END, CREDIT -> {
        delivering = true;
        listener.arrived(frame);
        delivering = false;
      }
    }
  }

  private void write() {
    FrameWriter writer = new FrameWriter(out);
    long interval = Math.max(1, timeout.toNanos() / PINGS_PER_TIMEOUT);
    long pings = 0;
    try {
      while (!outgoing.isFinished()) {
        Optional<Frame> frame = outgoing.next(interval);
        if (frame.isPresent()) {
          writer.write(frame.get());
          if (outgoing.isEmpty()) {
            writer.flush();
          }
        } else if (!outgoing.isFinished()) {
          writer.write(Frame.ping(++pings));
          writer.flush();
        }
      }
      writer.flush();
      out.close();
    } catch (IOException e) {
      end(new End(How.BROKEN, "writing to the connection failed: " + message(e)));
    } catch (InterruptedException e) {
      end();
    } finally {
      written.countDown();
    }
  }

  /**
   * Counts ticks in which nothing was heard, not time: when this process was stopped for an hour,
   * one tick passed, and the peer's frames wait to be read.
   */
  private void watch() {
    long tick = Math.max(1, timeout.toNanos() / TICKS_PER_TIMEOUT);
    long ticksBeforeFirst = Math.max(TICKS_PER_TIMEOUT, first.toNanos() / tick);
    long heard = in.heard();
    int silent = 0;
    try {
      while (!outgoing.awaitClosed(tick, TimeUnit.NANOSECONDS)) {
        long now = in.heard();
        silent = now != heard || delivering ? 0 : silent + 1;
        heard = now;
        if (silent >= (heard == 0 ? ticksBeforeFirst : TICKS_PER_TIMEOUT)) {
          Duration most = heard == 0 && first.compareTo(timeout) > 0 ? first : timeout;
          end(new End(How.SILENT, "nothing was heard from the other side for " + shown(most)));
        }
      }
    } catch (InterruptedException e) {
      end();
    }
  }

  private static String shown(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  private static String message(IOException e) {
    return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }
}
