package org.georep.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Native memory of one thread for the arguments and results of one call at a time: {@link #begin}
 * forgets what was there. What does not fit gets memory of its own until the next call.
 */
final class Scratch {
  /** Room for one listing step, and for the largest attribute (64 KiB). */
  static final int LARGE = 128 * 1024;

  private static final int SMALL = 16 * 1024;
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private final Area small = new Area(SMALL);
  private final List<Area> extra = new ArrayList<>();
  private Area large = new Area(0);
  private int used;

  private Scratch() {}

  /** Returns the calling thread's memory, empty. */
  static Scratch begin() {
    Scratch scratch = OF_THREAD.get();
    scratch.used = 0;
    if (!scratch.extra.isEmpty()) {
      scratch.extra.clear();
    }
    return scratch;
  }

  /** Copies the bytes here and ends them with NUL; returns their address. */
  long text(byte[] bytes) {
    Area area = room(bytes.length + 1);
    int at = area.next;
    area.bytes.put(at, bytes);
    area.bytes.put(at + bytes.length, (byte) 0);
    return area.address + at;
  }

  /** Copies the bytes here; returns their address. */
  long bytes(byte[] bytes) {
    Area area = room(bytes.length);
    area.bytes.put(area.next, bytes);
    return area.address + area.next;
  }

  /** Returns memory of the given size for a structure, aligned to 8 bytes, with anything in it. */
  Struct struct(int size) {
    Area area = room(size);
    return new Struct(area.bytes, area.next, area.address + area.next);
  }

  /** Returns the {@value #LARGE} bytes kept for listings and attribute values. */
  Struct large() {
    if (large.size() == 0) {
      large = new Area(LARGE);
    }
    return new Struct(large.bytes, 0, large.address);
  }

  private Area room(int size) {
    int rounded = (size + 7) & ~7;
    if (used + rounded <= SMALL) {
      small.next = used;
      used += rounded;
      return small;
    }
    Area own = new Area(Math.max(8, rounded));
    extra.add(own);
    return own;
  }

  private static final class Area {
    private final ByteBuffer bytes;
    private final long address;
    private int next;

    Area(int size) {
      bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
      address = size == 0 ? 0 : Native.addressOf(bytes);
    }

    int size() {
      return bytes.capacity();
    }
  }

  /** A structure in native memory, valid until the thread's next {@link #begin}. */
  record Struct(ByteBuffer memory, int start, long address) {
    byte byteAt(int offset) {
      return memory.get(start + offset);
    }

    int shortAt(int offset) {
      return memory.getShort(start + offset) & 0xffff;
    }

    int intAt(int offset) {
      return memory.getInt(start + offset);
    }

    long longAt(int offset) {
      return memory.getLong(start + offset);
    }

    byte[] bytesAt(int offset, int length) {
      byte[] copy = new byte[length];
      memory.get(start + offset, copy);
      return copy;
    }

    Struct putShort(int offset, int value) {
      memory.putShort(start + offset, (short) value);
      return this;
    }

    Struct putInt(int offset, int value) {
      memory.putInt(start + offset, value);
      return this;
    }

    Struct putLong(int offset, long value) {
      memory.putLong(start + offset, value);
      return this;
    }

    Struct putBytes(int offset, byte[] value) {
      memory.put(start + offset, value);
      return this;
    }
  }
}
