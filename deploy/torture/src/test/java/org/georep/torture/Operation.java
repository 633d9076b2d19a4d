package org.georep.torture;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.georep.name.EntryPath;

/**
 * One thing a writer does, with everything it takes to do it again.
 *
 * @param writer who does it; what is held open belongs to a writer
 * @param kind what
 * @param path where, beneath the primary
 * @param other the second path, or the root
 * @param a a seed, a mode, an offset: as the kind says
 * @param b a size, a length: as the kind says
 */
record Operation(int writer, Kind kind, EntryPath path, EntryPath other, long a, long b) {
  Operation {
    Objects.requireNonNull(kind, "kind is null");
    Objects.requireNonNull(path, "path is null");
    Objects.requireNonNull(other, "other is null");
  }

  static Operation of(int writer, Kind kind, EntryPath path, long a, long b) {
    return new Operation(writer, kind, path, EntryPath.ROOT, a, b);
  }

  /** Returns it as words without line ends. */
  String toLine() {
    return writer + " " + kind + " " + written(path) + " " + written(other) + " " + a + " " + b;
  }

  /** Reads what {@link #toLine} wrote. */
  static Operation parse(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 6) {
      throw new IllegalArgumentException("an operation has six words: " + line);
    }
    return new Operation(
        Integer.parseInt(words[0]),
        Kind.valueOf(words[1]),
        path(words[2]),
        path(words[3]),
        Long.parseLong(words[4]),
        Long.parseLong(words[5]));
  }

  private static String written(EntryPath path) {
    StringBuilder out = new StringBuilder("/");
    for (byte b : path.toBytes()) {
      boolean plain =
          (b >= 'a' && b <= 'z')
              || (b >= 'A' && b <= 'Z')
              || (b >= '0' && b <= '9')
              || "/._-".indexOf(b) >= 0;
      out.append(plain ? Character.toString(b) : String.format("%%%02x", b));
    }
    return path.isRoot() ? "/" : out.toString();
  }

  private static EntryPath path(String word) {
    if (word.equals("/")) {
      return EntryPath.ROOT;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] text = word.getBytes(StandardCharsets.US_ASCII);
    for (int i = 1; i < text.length; i++) {
      if (text[i] == '%') {
        bytes.write(Integer.parseInt(word.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        bytes.write(text[i]);
      }
    }
    return EntryPath.parse(bytes.toByteArray());
  }
}
