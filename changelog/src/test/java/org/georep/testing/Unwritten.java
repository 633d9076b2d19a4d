package org.georep.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * Which blocks of a file are merely allocated: nothing was ever written there. Whether such a block
 * is told to hold data depends on what is cached at the moment (lseek(2) with {@code SEEK_DATA}),
 * so of two equal files it may be a hole of one and not of the other. Told by the FIEMAP ioctl, as
 * in the kernel's {@code linux/fiemap.h}.
 */
final class Unwritten {
  private static final long FS_IOC_FIEMAP = 0xC020660BL;
  private static final int FLAG_SYNC = 1;
  private static final int EXTENT_LAST = 0x1;
  private static final int EXTENT_UNWRITTEN = 0x800;
  private static final int HEAD = 32;
  private static final int EXTENT = 56;
  private static final int EXTENTS = 256;

  /** libc's. */
  public interface Calls {
    /** ioctl(2). */
    int ioctl(int descriptor, long request, Pointer argument);
  }

  private static final Calls LIBC = LibraryLoader.create(Calls.class).load("c");

  private Unwritten() {}

  /** Returns the blocks, by number; none where the file system does not tell. */
  static BitSet blocks(int descriptor, long size, long block) {
    BitSet blocks = new BitSet();
    ByteBuffer map =
        ByteBuffer.allocateDirect(HEAD + EXTENTS * EXTENT).order(ByteOrder.nativeOrder());
    long from = 0;
    while (from < size) {
      map.putLong(0, from).putLong(8, size - from).putInt(16, FLAG_SYNC);
      map.putInt(20, 0).putInt(24, EXTENTS).putInt(28, 0);
      Pointer pointer = Pointer.wrap(Runtime.getSystemRuntime(), map);
      if (LIBC.ioctl(descriptor, FS_IOC_FIEMAP, pointer) < 0 || map.getInt(20) == 0) {
        break;
      }
      for (int i = 0; i < map.getInt(20); i++) {
        int at = HEAD + i * EXTENT;
        long logical = map.getLong(at);
        long length = map.getLong(at + 16);
        int flags = map.getInt(at + 40);
        from = logical + length;
        if ((flags & EXTENT_UNWRITTEN) != 0) {
          long end = Math.min(size, from);
          blocks.set((int) (logical / block), (int) ((end + block - 1) / block));
        }
        if ((flags & EXTENT_LAST) != 0) {
          return blocks;
        }
      }
    }
    return blocks;
  }
}
