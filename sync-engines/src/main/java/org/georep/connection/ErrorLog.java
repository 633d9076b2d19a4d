package org.georep.connection;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Drains what a process writes to standard error, all the time, so that it never blocks on it, and
 * keeps the end. For any thread.
 */
final class ErrorLog {
  /** How many bytes are kept. */
  static final int CAPACITY = 64 << 10;

  private final byte[] ring = new byte[CAPACITY];
  private final CountDownLatch ended = new CountDownLatch(1);
  private long written;

  /** Drains the stream to its end in a thread of its own. */
  void drain(InputStream errors) {
    Thread thread = new Thread(() -> copy(errors), "stderr");
    thread.setDaemon(true);
    thread.start();
  }

  private void copy(InputStream errors) {
    byte[] chunk = new byte[4096];
    try (errors) {
      for (int read = errors.read(chunk); read >= 0; read = errors.read(chunk)) {
        append(chunk, read);
      }
    } catch (IOException e) {
      append(new byte[0], 0); // the process was ended and the stream closed with it
    } finally {
      ended.countDown();
    }
  }

  private synchronized void append(byte[] chunk, int length) {
    for (int i = 0; i < length; i++) {
      ring[(int) (written++ % CAPACITY)] = chunk[i];
    }
  }

  /** Waits for the end of the stream. */
  void awaitEnd(Duration most) throws InterruptedException {
    ended.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Returns what is kept, oldest first. */
  synchronized String text() {
    int length = (int) Math.min(written, CAPACITY);
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = ring[(int) ((written - length + i) % CAPACITY)];
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
