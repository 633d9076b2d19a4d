package org.georep.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * Digests of a file's blocks, by which both ends find what they have in common: CRC-32C, several
 * times as fast as a digest and fast before anything is compiled, where a mistake is noticed later;
 * SHA-256 where it is not. The digest of a whole file is SHA-256 of its blocks' digests, one behind
 * the other, so that several threads can work on it. What lies behind the file's end is not part of
 * its last block. For one thread.
 */
public final class BlockDigests {
  /** How long a digest is, in bytes. */
  public static final int LENGTH = 32;

  /**
   * How many bytes of a digest are asked for where CRC-32C (the most significant byte first) is
   * meant; any other number is of SHA-256.
   */
  public static final int SUM = 4;

  /** The block that {@link #root} goes by, in bytes. */
  public static final int BLOCK = 128 << 10;

  private static final int READ = 256 << 10;
  private static final int ENXIO = 6;

  /** What one thread takes at once. */
  private static final int PART = 8 << 20;

  private final Libc libc;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ);
  private final MessageDigest sha = sha256();
  private final CRC32C crc = new CRC32C();
  private byte @Nullable [] zeros;
  private int zerosSize;
  private boolean zerosSummed;

  /** Makes it. */
  public BlockDigests(Libc libc) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
  }

  /** Returns a new SHA-256. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Returns the digests of all blocks of {@link #BLOCK} bytes of a file, made by as many threads as
   * there are processors.
   *
   * @param size the file's size in bytes, at most 2 TiB
   */
  public static byte[] ofFile(Libc libc, int descriptor, long size) throws IOException {
    return ofFile(libc, descriptor, size, LENGTH);
  }

  /**
   * Returns the first bytes of those digests, or the sums.
   *
   * @param digest how many bytes of each
   */
  public static byte[] ofFile(Libc libc, int descriptor, long size, int digest) throws IOException {
    byte[] all = new byte[Math.multiplyExact(blocks(size, BLOCK), digest)];
    int parts = blocks(size, PART);
    ThreadLocal<BlockDigests> own = ThreadLocal.withInitial(() -> new BlockDigests(libc));
    try {
      IntStream.range(0, parts)
          .parallel()
          .forEach(
              part -> {
                long offset = (long) part * PART;
                long length = Math.min(PART, size - offset);
                int at = part * (PART / BLOCK) * digest;
                try {
                  own.get().of(descriptor, offset, length, BLOCK, digest, all, at);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    return all;
  }

  /** Returns how many blocks a range has. */
  public static int blocks(long length, int block) {
    return Math.toIntExact((length + block - 1) / block);
  }

  /**
   * Digests a range of a file.
   *
   * @param length bytes; shorter than that where the file ends before, and then the blocks that are
   *     not there have the digest of nothing
   * @param digest how many bytes of each digest to put into {@code target}; {@link #SUM} for sums
   * @param at where in {@code target} to begin
   */
  public void of(
      int descriptor, long offset, long length, int block, int digest, byte[] target, int at)
      throws IOException {
    boolean sum = digest == SUM;
    int to = at;
    long dataEnd = offset;
    long data = offset;
    for (long done = 0; done < length; done += block) {
      int size = (int) Math.min(block, length - done);
      long from = offset + done;
      if (from >= dataEnd) {
        data = seek(descriptor, from, Linux.SEEK_DATA);
        dataEnd = data == Long.MAX_VALUE ? data : seek(descriptor, data, Linux.SEEK_HOLE);
      }
      byte[] value = from + size <= data ? ofZeros(size, sum) : read(descriptor, from, size, sum);
      System.arraycopy(value, 0, target, to, digest);
      to += digest;
    }
  }

  /** Returns where the next data or hole is; beyond all, if there is none. */
  private long seek(int descriptor, long from, int whence) throws PosixException {
    try {
      return libc.lseek(descriptor, from, whence);
    } catch (PosixException e) {
      if (e.is(ENXIO)) {
        return Long.MAX_VALUE;
      }
      if (e.is(Errno.EINVAL, Errno.EOPNOTSUPP)) {
        return whence == Linux.SEEK_DATA ? from : Long.MAX_VALUE; // it does not tell
      }
      throw e;
    }
  }

  /** Holes are not read. */
  private byte[] ofZeros(int size, boolean sum) {
    byte[] known = zeros;
    if (known == null || zerosSize != size || zerosSummed != sum) {
      add(ByteBuffer.allocate(size), sum);
      known = end(sum);
      zeros = known;
      zerosSize = size;
      zerosSummed = sum;
    }
    return known;
  }

  private byte[] read(int descriptor, long offset, int size, boolean sum) throws IOException {
    int done = 0;
    while (done < size) {
      buffer.clear().limit(Math.min(READ, size - done));
      int read = libc.pread(descriptor, buffer, offset + done);
      if (read == 0) {
        break;
      }
      add(buffer.flip(), sum);
      done += read;
    }
    return end(sum);
  }

  /** Returns the digest of bytes that are at hand, or their sum. */
  public byte[] of(ByteBuffer bytes, boolean sum) {
    add(bytes, sum);
    return end(sum);
  }

  private void add(ByteBuffer bytes, boolean sum) {
    if (sum) {
      crc.update(bytes);
    } else {
      sha.update(bytes);
    }
  }

  private byte[] end(boolean sum) {
    if (!sum) {
      return sha.digest();
    }
    byte[] value = ByteBuffer.allocate(SUM).putInt((int) crc.getValue()).array();
    crc.reset();
    return value;
  }

  /** Returns the digest of a whole file from those of all its blocks of {@link #BLOCK} bytes. */
  public static byte[] root(byte[] digests) {
    return sha256().digest(digests);
  }

  /** Returns whether a digest stands at this place of an array. */
  public static boolean equal(byte[] a, int atA, byte[] b, int atB, int digest) {
    return Arrays.equals(a, atA, atA + digest, b, atB, atB + digest);
  }
}
