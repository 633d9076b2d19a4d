package org.georep.changelog.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import org.georep.changelog.record.ChangeRecord;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * The loop both sources share: rest a few milliseconds so that the kernel merges events, read the
 * queue until it is empty, mark, wait for more. While nothing that comes is the volume's, since
 * other trees of its file system are busy, the rest is longer. What is read becomes records before
 * the next read; what a crash leaves unread is lost with the kernel's queue, which the missing
 * {@code Stopped} tells.
 */
public final class EventPump {
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int REST_MILLIS = 4;

  /** The rest doubles with each look that showed others' events only, so often. */
  private static final int DOUBLINGS = 3;

  private static final Duration LAST_DRAIN = Duration.ofSeconds(5);

  private final Libc libc;
  private final EventQueue queue;
  private final MountWatch mounts;
  private final DrainMarks marks;
  private final StopSignal stop;
  private boolean fruitful;
  private int fruitless;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.nativeOrder());

  /** Makes a pump that has not run. */
  public EventPump(
      Libc libc, EventQueue queue, MountWatch mounts, DrainMarks marks, StopSignal stop) {
    this.libc = libc;
    this.queue = queue;
    this.mounts = mounts;
    this.marks = marks;
    this.stop = stop;
  }

  /** Moves events into the sink until the signal is raised, and then drains once more. */
  public void run(RecordSink target) throws IOException {
    RecordSink sink = new Counting(target);
    while (!stop.raised()) {
      await(sink, round(sink, false));
    }
    long end = System.nanoTime() + LAST_DRAIN.toNanos();
    while (!round(sink, true) && System.nanoTime() < end) {
      await(sink, false);
    }
  }

  /** Returns whether the queue was empty and all of it has become records. */
  private boolean round(RecordSink sink, boolean last) throws IOException {
    fruitful = false;
    Instant before = marks.beforeDrain(sink);
    boolean settled = drain(sink, last) && queue.emptied(before, sink);
    if (settled && last) {
      marks.mark(before, sink);
    } else if (settled) {
      marks.emptied(before, sink);
    }
    sink.flush();
    fruitless = fruitful ? 0 : Math.min(fruitless + 1, DOUBLINGS);
    return settled;
  }

  /** Reads until nothing is left; under steady load returns false now and then. */
  private boolean drain(RecordSink sink, boolean last) throws IOException {
    long began = System.nanoTime();
    while (ready(new int[] {queue.descriptor()}, 0)[0] != 0) {
      buffer.clear();
      libc.read(queue.descriptor(), buffer);
      buffer.flip();
      queue.take(buffer, sink);
      sink.flush();
      if (marks.late()) {
        queue.underLoad(sink);
      }
      if (last
          ? System.nanoTime() - began > LAST_DRAIN.toNanos()
          : stop.raised() || System.nanoTime() - began > DrainMarks.HEARTBEAT.toNanos()) {
        return false;
      }
    }
    return true;
  }

  private void await(RecordSink sink, boolean settled) throws IOException {
    long millis = settled ? marks.untilDue().plusNanos(999_999).toMillis() : REST_MILLIS;
    short[] found =
        ready(
            new int[] {stop.descriptor(), queue.descriptor(), mounts.descriptor()},
            (int) Math.max(1, millis));
    if (found[2] != 0) {
      queue.mountsChanged(sink);
    }
    if (found[0] != 0 && stop.takeNudge()) {
      marks.recorded();
    } else if (found[0] == 0 && found[1] != 0) {
      ready(new int[] {stop.descriptor()}, REST_MILLIS << fruitless);
    } else {
      fruitless = 0;
    }
  }

  /** The mount table, if given, is the third; it signals changes as priority data. */
  private short[] ready(int[] descriptors, int timeoutMillis) throws PosixException {
    short[] events = new short[descriptors.length];
    for (int i = 0; i < events.length; i++) {
      events[i] = i == 2 ? Linux.POLLPRI : Linux.POLLIN;
    }
    return libc.poll(descriptors, events, timeoutMillis);
  }

  /** Tells the marks that there is something to mark. */
  private final class Counting implements RecordSink {
    private final RecordSink target;

    Counting(RecordSink target) {
      this.target = target;
    }

    @Override
    public void append(ChangeRecord change) throws IOException {
      target.append(change);
      if (!(change instanceof ChangeRecord.Drained)) {
        marks.recorded();
        fruitful = true;
      }
    }

    @Override
    public void flush() throws IOException {
      target.flush();
    }
  }
}
