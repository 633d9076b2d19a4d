package org.georep.secondary.job;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What entitles a data channel: a file the agent made in {@code .georep/stage/tickets}, named by 32
 * random digits, that says which job's place may be filled by which engine. It is good for one
 * channel: who removes it, owns it.
 *
 * <p>The way there is opened name by name, each in the directory opened before, and held open until
 * {@link #close}: none may be a symbolic link, and {@code .georep} has to be this user's own. So
 * whoever may change names in the root, as its owner may, leads this process nowhere else.
 */
final class Ticket implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern CONTENT = Pattern.compile("([0-9]{1,19}) (tarssh|rsync)\\n");
  private static final int LONGEST = 64;

  private final Deque<SecureDirectoryStream<Path>> held = new ArrayDeque<>();
  private final Path place;
  private final String engine;

  private Ticket(Path root, String name) throws IOException {
    boolean whole = false;
    try {
      SecureDirectoryStream<Path> control = open(top(root), ".georep");
      if (!attributes(control).owner().equals(Files.getOwner(Path.of("/proc/self")))) {
        throw new IOException("the stage is another user's; look who put it there");
      }
      SecureDirectoryStream<Path> stage = open(control, "stage");
      Matcher content = CONTENT.matcher(use(open(stage, "tickets"), Path.of(name)));
      if (!content.matches()) {
        throw new IOException("the ticket says nothing that is understood here");
      }
      this.place = path(open(open(stage, "jobs"), content.group(1)));
      this.engine = content.group(2);
      whole = true;
    } finally {
      if (!whole) {
        close();
      }
    }
  }

  /**
   * Uses a ticket up.
   *
   * @throws IOException if there is none of that name, it was used already, or it is malformed
   */
  static Ticket use(Path root, String name) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new IOException("the ticket is malformed");
    }
    return new Ticket(root, name);
  }

  /** Returns the job's directory, as a path that means it while this is open. */
  Path place() {
    return place;
  }

  /** Returns the engine: {@code tarssh} or {@code rsync}. */
  String engine() {
    return engine;
  }

  @SuppressWarnings("StreamResourceLeak") // held, and closed with the others
  private SecureDirectoryStream<Path> top(Path root) throws IOException {
    return hold(Files.newDirectoryStream(root));
  }

  private SecureDirectoryStream<Path> hold(DirectoryStream<Path> directory) throws IOException {
    if (!(directory instanceof SecureDirectoryStream<Path> secure)) {
      directory.close();
      throw new IOException("this Java cannot open directories one in another");
    }
    held.push(secure);
    return secure;
  }

  private SecureDirectoryStream<Path> open(SecureDirectoryStream<Path> in, String name)
      throws IOException {
    try {
      return hold(in.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS));
    } catch (FileSystemException e) {
      throw new IOException(
          "the stage is not there; the agent makes it when it opens a secondary", e);
    }
  }

  private static java.nio.file.attribute.PosixFileAttributes attributes(
      SecureDirectoryStream<Path> directory) throws IOException {
    return directory.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
  }

  private static String use(SecureDirectoryStream<Path> tickets, Path name) throws IOException {
    try {
      String content = read(tickets, name);
      tickets.deleteFile(name);
      return content;
    } catch (NoSuchFileException e) {
      throw new IOException("the ticket is unknown or used already", e);
    }
  }

  private static String read(SecureDirectoryStream<Path> tickets, Path name) throws IOException {
    PosixFileAttributeView view =
        tickets.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (!view.readAttributes().isRegularFile()) {
      throw new IOException("the ticket is no small file");
    }
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
    try (SeekableByteChannel in =
        tickets.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      if (in.size() > LONGEST) {
        throw new IOException("the ticket is no small file");
      }
      while (in.read(bytes) > 0) {
        // Reads on to the end or until it is full.
      }
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }

  /** A path of this process's descriptor of a directory that is held open. */
  private static Path path(SecureDirectoryStream<Path> directory) throws IOException {
    Object key = Objects.requireNonNull(attributes(directory).fileKey());
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : all) {
        if (Files.isDirectory(descriptor)
            && key.equals(Files.readAttributes(descriptor, BasicFileAttributes.class).fileKey())) {
          String number = Objects.requireNonNull(descriptor.getFileName()).toString();
          return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + number);
        }
      }
    }
    throw new IOException("the job's place went away while it was opened");
  }

  @Override
  public void close() throws IOException {
    while (!held.isEmpty()) {
      held.pop().close();
    }
  }
}
