package org.georep.torture;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;

/** Ends a mapping at once: Java alone would leave that to its collector, at any later time. */
final class Unmapping {
  private Unmapping() {}

  static void unmap(MappedByteBuffer map) {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field field = unsafe.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      unsafe.getMethod("invokeCleaner", ByteBuffer.class).invoke(field.get(null), map);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java cannot end a mapping", e);
    }
  }
}
