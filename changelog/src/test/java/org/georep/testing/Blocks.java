package org.georep.testing;

import java.util.BitSet;

/** Numbers of blocks as text and back: {@code 0-3 8-8}. */
final class Blocks {
  private Blocks() {}

  static String text(BitSet blocks) {
    StringBuilder ranges = new StringBuilder();
    for (int first = blocks.nextSetBit(0); first >= 0; ) {
      int end = blocks.nextClearBit(first);
      ranges.append(first).append('-').append(end - 1).append(' ');
      first = blocks.nextSetBit(end);
    }
    return ranges.toString().strip();
  }

  static BitSet of(String ranges) {
    BitSet blocks = new BitSet();
    for (String range : ranges.isEmpty() ? new String[0] : ranges.split(" ", -1)) {
      int dash = range.indexOf('-');
      blocks.set(
          Integer.parseInt(range.substring(0, dash)),
          Integer.parseInt(range.substring(dash + 1)) + 1);
    }
    return blocks;
  }
}
