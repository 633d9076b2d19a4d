package org.georep.replicator.inspect.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** The end of a text file. */
final class Tail {
  private Tail() {}

  /**
   * Returns the last bytes of a file, from the first whole line on; a symbolic link is not
   * followed.
   */
  static String of(Path file, int most) throws IOException {
    try (SeekableByteChannel in =
        Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      long begin = Math.max(0, in.size() - most);
      in.position(begin);
      ByteBuffer bytes = ByteBuffer.allocate(most);
      while (bytes.hasRemaining() && in.read(bytes) >= 0) {
        // It may grow while it is read.
      }
      String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
      return begin == 0 ? text : text.substring(text.indexOf('\n') + 1);
    }
  }
}
