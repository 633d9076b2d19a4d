package org.georep.protocol;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.util.Native;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bodies of frames of contents, made smaller by zstd: a byte that says so, the length it had (4
 * bytes), then the compressed body. For any thread.
 */
public final class Packing {
  /** The longest body that is packed, in bytes. */
  public static final int LONGEST = 2 << 20;

  static final byte PACKED = 1;
  private static final int HEADER = 5;

  /** The quickest of those that do not give up on text: 300 to 500 MB/s. */
  private static final int LEVEL = 1;

  private Packing() {}

  /** Returns whether it can be done here: whether the native library is to be had. */
  public static boolean isAvailable() {
    try {
      Native.load();
      return Native.isLoaded();
    } catch (LinkageError | RuntimeException e) {
      return false;
    }
  }

  /** Returns the body packed, or as it is if that makes it no smaller. */
  public static byte[] pack(byte[] body) {
    if (body.length > LONGEST) {
      return body;
    }
    byte[] packed = new byte[HEADER + (int) Zstd.compressBound(body.length)];
    packed[0] = PACKED;
    ByteBuffer.wrap(packed).putInt(1, body.length);
    int room = packed.length - HEADER;
    long length = Zstd.compressByteArray(packed, HEADER, room, body, 0, body.length, LEVEL);
    if (Zstd.isError(length) || HEADER + length >= body.length) {
      return body;
    }
    return Arrays.copyOf(packed, HEADER + (int) length);
  }

  /**
   * Returns the body that was packed.
   *
   * @throws ProtocolException if it is none, or the library is not to be had
   */
  static byte[] unpack(byte[] packed) throws ProtocolException {
    if (packed.length < HEADER || !isAvailable()) {
      throw new ProtocolException("packed contents arrived that cannot be unpacked here");
    }
    int length = ByteBuffer.wrap(packed).getInt(1);
    if (length < 1 || length > LONGEST) {
      throw new ProtocolException("packed contents claim a length of " + length);
    }
    byte[] body = new byte[length];
    long is;
    try {
      is = Zstd.decompressByteArray(body, 0, length, packed, HEADER, packed.length - HEADER);
    } catch (ZstdException e) {
      throw new ProtocolException("packed contents are damaged", e);
    }
    if (Zstd.isError(is) || is != length) {
      throw new ProtocolException("packed contents are damaged");
    }
    return body;
  }
}
