package org.georep.replicator.session;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what another process says, which may be without end: whoever looks after that process calls
 * {@link #bound} now and then, and what is past the bound then goes, the oldest first. The end of
 * what was said before is in FILE.1; both together hold about {@link #LARGEST} bytes each, and what
 * came since the last look. What is said in the moment of moving may be lost.
 */
public final class OutputFile {
  private static final Logger log = LoggerFactory.getLogger(OutputFile.class);

  /** So large a file is moved, in bytes. */
  public static final long LARGEST = 1 << 20;

  private final Path path;

  /** Names it; nothing is made. */
  public OutputFile(Path path) {
    this.path = Objects.requireNonNull(path, "path is null");
  }

  @Override
  public String toString() {
    return path.toString();
  }

  /** Returns where the end of what was said before is. */
  public Path former() {
    return path.resolveSibling(path.getFileName() + ".1");
  }

  /**
   * Empties it for a process that is about to start.
   *
   * @return where its output goes: it appends, so that it goes on after the file was moved
   */
  public ProcessBuilder.Redirect begin() throws IOException {
    Files.deleteIfExists(former());
    Files.write(path, new byte[0]);
    return ProcessBuilder.Redirect.appendTo(path.toFile());
  }

  /**
   * Moves what is there if it has become too much; a file that is not there is fine. Where there is
   * no room to keep the end of it, it is not kept; what cannot be done at all is left to the next
   * time.
   */
  public void bound() {
    try {
      // Opening it to write would be an event each time, for everybody who watches.
      if (Files.size(path) <= LARGEST) {
        return;
      }
    } catch (IOException e) {
      return; // nothing was said
    }
    try (FileChannel said =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (said.size() > LARGEST) {
        keepEnd(said);
        said.truncate(0);
      }
    } catch (NoSuchFileException e) {
      return; // nothing was said
    } catch (IOException e) {
      log.debug("{} cannot be bounded", path, e);
    }
  }

  private void keepEnd(FileChannel said) {
    Path next = path.resolveSibling(path.getFileName() + ".new");
    try (FileChannel kept =
        FileChannel.open(
            next,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      long at = Math.max(0, said.size() - LARGEST);
      long left = LARGEST;
      while (left > 0) {
        long copied = said.transferTo(at, left, kept);
        if (copied <= 0) {
          break;
        }
        at += copied;
        left -= copied;
      }
      Files.move(next, former(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      log.debug("the end of {} is not kept", path, e);
    }
  }
}
