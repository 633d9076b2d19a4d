package org.georep.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.function.LongConsumer;

/** The way into a channel: heeds the limit and counts what was written. Not buffered. */
public final class WireOutput extends OutputStream {
  private final OutputStream out;
  private final Throttle throttle;
  private final LongConsumer counter;

  /**
   * Makes it.
   *
   * @param counter is told how many bytes more were written
   */
  public WireOutput(OutputStream out, Throttle throttle, LongConsumer counter) {
    this.out = Objects.requireNonNull(out, "out is null");
    this.throttle = Objects.requireNonNull(throttle, "throttle is null");
    this.counter = Objects.requireNonNull(counter, "counter is null");
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int step = Math.min(length - done, throttle.chunk());
      throttle.take(step);
      out.write(bytes, offset + done, step);
      counter.accept(step);
      done += step;
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
