package org.georep.secondary;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.georep.protocol.Frame;
import org.georep.protocol.ProtocolException;

/**
 * Frames of contents that arrived, each stream's carried out in their order by one thread at a
 * time, different streams beside each other and beside the requests. What waits is bounded by the
 * credits the replicator has; one that sends more is not listened to.
 */
final class ContentLanes {
  /** How many bytes may wait; what the replicator has credit for fits. */
  static final long CAPACITY = 8L << 20;

  private static final int MOST_THREADS = 4;
  private static final long IDLE_SECONDS = 10;

  /** What is done with frames. */
  interface Work {
    /** Carries out a frame, in a thread of these lanes. */
    void take(Frame frame, long backlog) throws Exception;

    /** Something went wrong that ends the connection. */
    void failed(Exception cause);
  }

  private final Work work;
  private final ThreadPoolExecutor threads;
  private final Map<Long, ArrayDeque<Frame>> lanes = new HashMap<>();
  private long waiting;

  ContentLanes(Work work) {
    this.work = Objects.requireNonNull(work, "work is null");
    int number = Math.min(MOST_THREADS, Math.max(2, Runtime.getRuntime().availableProcessors()));
    this.threads =
        new ThreadPoolExecutor(
            number,
            number,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "contents");
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.DiscardPolicy()); // what arrives after the end
    threads.allowCoreThreadTimeOut(true);
  }

  /** Has a task done by one of the threads. */
  void run(Runnable task) {
    threads.execute(task);
  }

  /** Takes a frame that arrived; does not wait. */
  void add(Frame frame) throws ProtocolException {
    boolean idle;
    synchronized (lanes) {
      if (waiting + frame.length() > CAPACITY) {
        throw new ProtocolException("more contents were sent than was given credit for");
      }
      waiting += frame.length();
      idle = !lanes.containsKey(frame.id());
      lanes.computeIfAbsent(frame.id(), none -> new ArrayDeque<>()).add(frame);
    }
    if (idle) {
      threads.execute(() -> drain(frame.id()));
    }
  }

  private void drain(long stream) {
    try {
      Frame frame = peek(stream);
      while (frame != null) {
        work.take(frame, backlog(frame));
        frame = next(stream);
      }
    } catch (Exception e) {
      work.failed(e);
    }
  }

  private long backlog(Frame without) {
    synchronized (lanes) {
      return waiting - without.length();
    }
  }

  private Frame peek(long stream) {
    synchronized (lanes) {
      return Objects.requireNonNull(lanes.get(stream), "a lane without frames").element();
    }
  }

  /** Lets go of the frame that was done; a lane with no other ends. */
  private @org.jspecify.annotations.Nullable Frame next(long stream) {
    synchronized (lanes) {
      ArrayDeque<Frame> lane = Objects.requireNonNull(lanes.get(stream), "a lane without frames");
      waiting -= lane.remove().length();
      if (lane.isEmpty()) {
        lanes.remove(stream);
      }
      return lane.peek();
    }
  }

  /** Waits for what is being done, drops the rest. */
  void end() throws InterruptedException {
    threads.shutdownNow();
    threads.awaitTermination(IDLE_SECONDS, TimeUnit.SECONDS);
  }
}
