package org.georep.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.georep.name.FileName;

/**
 * Names a tree can hold: half of them from a small set, so that a name gone comes back as another
 * file's; the others as odd as names can be.
 */
public final class ChurnNames {
  private static final String[] ODD = {
    "new\nline",
    "tab\t",
    "return\r",
    "%41",
    "%",
    "-rf",
    "--",
    " lead",
    "trail ",
    "back\\slash",
    "\\012",
    "quote'\"",
    "$(touch x)",
    "`x`",
    "*",
    "?[a]",
    "...",
    ".hidden",
    "a:b",
    "#c#",
    "~",
    "\u007f",
    "\u0001",
    "\u00e9",
    "e\u0301",
    "\u202egnp",
    "\ud83d\ude00",
    "a;b&c|d",
    "!x",
    "\u0085",
    ".georep.x",
    "x.new",
    "lost+found.x"
  };

  private static final byte[][] INVALID = {
    {(byte) 0xff},
    {(byte) 0xc3},
    {'a', (byte) 0x80, 'b'},
    {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
    {(byte) 0xc0, (byte) 0xaf},
    {(byte) 0xfe, (byte) 0xff, '\n'}
  };

  private final Random random;

  /** Makes names of the given randomness. */
  public ChurnNames(Random random) {
    this.random = random;
  }

  /** Returns the next name. */
  public FileName next() {
    return switch (random.nextInt(8)) {
      case 0, 1, 2, 3 -> FileName.of("n" + random.nextInt(24));
      case 4, 5 -> FileName.of(ODD[random.nextInt(ODD.length)]);
      case 6 -> FileName.of(INVALID[random.nextInt(INVALID.length)]);
      default -> random.nextInt(6) == 0 ? longest() : anyBytes();
    };
  }

  private FileName longest() {
    byte[] name = new byte[FileName.MAX_LENGTH];
    Arrays.fill(name, (byte) ('a' + random.nextInt(4)));
    return FileName.of(name);
  }

  private FileName anyBytes() {
    byte[] name = new byte[2 + random.nextInt(30)];
    for (int i = 0; i < name.length; i++) {
      byte b = (byte) (1 + random.nextInt(255));
      name[i] = b == '/' ? (byte) '_' : b;
    }
    name[0] = name[0] == '.' ? (byte) '_' : name[0];
    return FileName.of(name);
  }

  /** Returns all the fixed odd names, and each single byte that can be a name. */
  public static List<FileName> allOdd() {
    List<FileName> names = new ArrayList<>();
    for (String name : ODD) {
      names.add(FileName.of(name.getBytes(StandardCharsets.UTF_8)));
    }
    for (byte[] name : INVALID) {
      names.add(FileName.of(name));
    }
    for (int b = 1; b < 256; b++) {
      FileName name = b == '/' || b == '.' ? null : FileName.of(new byte[] {(byte) b});
      // Among the fixed ones are some of a single byte.
      if (name != null && !names.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }
}
