package org.georep.engine.tarssh;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.posix.Segment;

/**
 * Writes a tar stream of regular files: POSIX headers, sizes from 8 GiB on in an extended header,
 * files with holes in GNU's sparse format 1.0. Owner, mode and times say nothing: the agent sets
 * them. Whatever a file does while it is read, its entry has the length its header says, so that
 * the entries after it are whole. For one thread; ends nothing it did not open.
 */
final class TarWriter {
  /** The unit of the format. */
  static final int BLOCK = 512;

  private static final int RECORD = 20 * BLOCK;
  private static final int BUFFER = 256 * 1024;

  /** What eleven octal digits hold. */
  private static final long LARGEST_PLAIN = 0777_7777_7777L;

  private static final int SIZE_FIELD = 124;
  private static final int CHECKSUM_FIELD = 148;
  private static final int TYPE_FIELD = 156;
  private static final byte[] TEMPLATE = template();

  private final Libc libc;
  private final OutputStream out;
  private final byte[] buffer = new byte[BUFFER];
  private final ByteBuffer reading = ByteBuffer.allocateDirect(BUFFER);
  private int used;
  private long written;

  /** Makes a writer; {@code out} gets large pieces only. */
  TarWriter(Libc libc, OutputStream out) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.out = Objects.requireNonNull(out, "out is null");
  }

  private static byte[] template() {
    byte[] header = new byte[BLOCK];
    put(header, 100, "0000600\0");
    put(header, 108, "0000000\0");
    put(header, 116, "0000000\0");
    put(header, 136, "00000000000\0");
    put(header, CHECKSUM_FIELD, "        ");
    put(header, 257, "ustar\00000");
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  /** Begins the entry of a file without holes; exactly {@code size} bytes of content follow. */
  void beginPlain(String name, long size) throws IOException {
    if (size > LARGEST_PLAIN) {
      extended(keyword("size", Long.toString(size)));
    }
    header(name, '0', size);
  }

  /** Begins the entry of a file with holes; the content of its segments follows. */
  void beginSparse(String name, long size, List<Segment> segments) throws IOException {
    StringBuilder map = new StringBuilder().append(segments.size()).append('\n');
    long content = 0;
    for (Segment segment : segments) {
      map.append(segment.offset()).append('\n').append(segment.length()).append('\n');
      content += segment.length();
    }
    int mapLength = (map.length() + BLOCK - 1) / BLOCK * BLOCK;
    long length = mapLength + content;
    String keywords =
        keyword("GNU.sparse.major", "1")
            + keyword("GNU.sparse.minor", "0")
            + keyword("GNU.sparse.name", name)
            + keyword("GNU.sparse.realsize", Long.toString(size))
            + (length > LARGEST_PLAIN ? keyword("size", Long.toString(length)) : "");
    extended(keywords);
    header(name, '0', length);
    put(Arrays.copyOf(map.toString().getBytes(StandardCharsets.US_ASCII), mapLength));
  }

  /**
   * Copies content from a descriptor into the entry, as far as the file has it.
   *
   * @param offset where to read from
   * @return how many bytes were copied; fewer than asked for when the file ends before
   * @throws PosixException if reading failed; how far it came says {@link #position}
   * @throws IOException if writing failed
   */
  long copy(int descriptor, long offset, long length) throws IOException {
    long done = 0;
    while (done < length) {
      reading.clear().limit((int) Math.min(BUFFER, length - done));
      int read = libc.pread(descriptor, reading, offset + done);
      if (read == 0) {
        break;
      }
      reading.flip();
      while (reading.hasRemaining()) {
        int step = Math.min(reading.remaining(), room());
        reading.get(buffer, used, step);
        advance(step);
      }
      done += read;
    }
    return done;
  }

  /** Fills the entry with zeros: for content that could not be had. */
  void zeros(long length) throws IOException {
    long left = length;
    while (left > 0) {
      int step = (int) Math.min(left, room());
      Arrays.fill(buffer, used, used + step, (byte) 0);
      advance(step);
      left -= step;
    }
  }

  /** Ends an entry: fills its last block. */
  void endEntry() throws IOException {
    zeros((BLOCK - written % BLOCK) % BLOCK);
  }

  /** Returns how many bytes were put into the stream so far. */
  long position() {
    return written;
  }

  /** Ends the archive and passes on all that is held here. */
  void finish() throws IOException {
    zeros(2L * BLOCK);
    zeros((RECORD - written % RECORD) % RECORD);
    flush();
  }

  private void extended(String keywords) throws IOException {
    byte[] bytes = keywords.getBytes(StandardCharsets.US_ASCII);
    header("x", 'x', bytes.length);
    put(bytes);
    endEntry();
  }

  /** A keyword's record begins with its own length, digits included. */
  private static String keyword(String key, String value) {
    int rest = key.length() + value.length() + 3;
    int length = rest + Integer.toString(rest).length();
    // Its own digits can make it one digit longer.
    length = rest + Integer.toString(length).length();
    return length + " " + key + "=" + value + "\n";
  }

  private void header(String name, char type, long size) throws IOException {
    byte[] header = TEMPLATE.clone();
    put(header, 0, name);
    header[TYPE_FIELD] = (byte) type;
    octal(header, SIZE_FIELD, 11, size > LARGEST_PLAIN ? 0 : size);
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    octal(header, CHECKSUM_FIELD, 6, sum);
    header[CHECKSUM_FIELD + 6] = 0;
    put(header);
  }

  private static void octal(byte[] header, int at, int digits, long value) {
    long left = value;
    for (int i = at + digits - 1; i >= at; i--) {
      header[i] = (byte) ('0' + (left & 7));
      left >>= 3;
    }
  }

  private void put(byte[] bytes) throws IOException {
    int done = 0;
    while (done < bytes.length) {
      int step = Math.min(bytes.length - done, room());
      System.arraycopy(bytes, done, buffer, used, step);
      advance(step);
      done += step;
    }
  }

  /** Returns the free room in the buffer; there always is some. */
  private int room() {
    return BUFFER - used;
  }

  private void advance(int step) throws IOException {
    used += step;
    written += step;
    if (used == BUFFER) {
      flush();
    }
  }

  /** Passes on all that is held here. */
  void flush() throws IOException {
    out.write(buffer, 0, used);
    used = 0;
  }
}
