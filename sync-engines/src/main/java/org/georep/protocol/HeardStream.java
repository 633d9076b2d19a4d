package org.georep.protocol;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what is read. One thread reads, any thread may ask. */
final class HeardStream extends FilterInputStream {
  private volatile long heard;

  HeardStream(InputStream in) {
    super(in);
  }

  /** Returns a number that is another one whenever bytes arrived since. */
  long heard() {
    return heard;
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    count(b < 0 ? 0 : 1);
    return b;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read = super.read(target, offset, length);
    count(Math.max(0, read));
    return read;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads
  private void count(int bytes) {
    heard += bytes;
  }
}
