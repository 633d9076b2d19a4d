package org.georep.secondary.job;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What entitles a data channel: a file the agent made in {@code .georep/stage/tickets}, named by 32
 * random digits, that says which job's place may be filled by which engine. It is good for one
 * channel: who removes it, owns it.
 *
 * @param place the job's directory
 * @param engine {@code tarssh} or {@code rsync}
 */
record Ticket(Path place, String engine) {
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern CONTENT = Pattern.compile("([0-9]{1,19}) (tarssh|rsync)\\n");
  private static final int LONGEST = 64;

  /**
   * Uses a ticket up.
   *
   * @throws IOException if there is none of that name, it was used already, or it is malformed
   */
  static Ticket use(Path root, String name) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IOException("the ticket is malformed");
    }
    Path stage = directory(directory(root.resolve(".georep")).resolve("stage"));
    Path file = directory(stage.resolve("tickets")).resolve(name);
    String content;
    try {
      content = read(file);
      Files.delete(file);
    } catch (NoSuchFileException e) {
      throw new IOException("the ticket is unknown or used already", e);
    }
    Matcher matcher = CONTENT.matcher(content);
    if (!matcher.matches()) {
      throw new IOException("the ticket says nothing that is understood here");
    }
    Path place = directory(directory(stage.resolve("jobs")).resolve(matcher.group(1)));
    return new Ticket(place, matcher.group(2));
  }

  private static String read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
    try (SeekableByteChannel in =
        Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || in.size() > LONGEST) {
        throw new IOException("the ticket is no small file");
      }
      while (in.read(bytes) > 0) {
        // Reads on to the end or until it is full.
      }
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }

  /** Nothing of georep's own is ever behind a symbolic link. */
  private static Path directory(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("the stage is not there; the agent makes it when it opens a secondary");
    }
    return path;
  }
}
