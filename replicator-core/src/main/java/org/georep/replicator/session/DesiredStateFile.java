package org.georep.replicator.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.georep.posix.AtomicFile;
import org.georep.posix.Libc;

/**
 * What is wanted of a session, durably: {@code monitor.status}, one word and a newline; beside it,
 * while the session is stopped and does not need its volume captured, {@code released}. A session
 * that has no such file was begun by {@code georep replicate} and is nobody's charge.
 *
 * <p>After a crash within {@link #write} either the old or the new word is there; a released one
 * may be captured again, which harms nothing.
 */
public final class DesiredStateFile {
  private static final byte[] YES = "yes\n".getBytes(StandardCharsets.US_ASCII);

  private final AtomicFile file;
  private final AtomicFile released;
  private final Path directory;
  private final Path path;

  /** Names those of a session. */
  public DesiredStateFile(Libc libc, SessionDirectory session) {
    this.file = new AtomicFile(libc, session.monitorStatus());
    this.released = new AtomicFile(libc, session.released());
    this.directory = session.path();
    this.path = session.monitorStatus();
  }

  /**
   * Returns what is wanted, or nothing if nobody said.
   *
   * @throws IOException if it cannot be read or is no such word
   */
  public Optional<DesiredState> read() throws IOException {
    // The session's directory may be missing, too.
    Optional<byte[]> bytes = Files.isDirectory(directory) ? file.read() : Optional.empty();
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    String word = new String(bytes.get(), StandardCharsets.US_ASCII).strip();
    Optional<DesiredState> state = DesiredState.of(word);
    if (state.isEmpty()) {
      throw new IOException(
          path
              + " says '"
              + word
              + "', which is no state. Say again what is wanted: georep session"
              + " start, pause or stop.");
    }
    return state;
  }

  /** Returns whether capture is not needed while the session is stopped. */
  public boolean isReleased() throws IOException {
    return Files.isDirectory(directory) && released.read().isPresent();
  }

  /** Says what is wanted; durable on return. */
  public void write(DesiredState state) throws IOException {
    released.delete();
    word(state);
  }

  /** Wants it stopped, and its volume captured no longer on its behalf. */
  public void writeReleased() throws IOException {
    released.write(YES);
    word(DesiredState.STOPPED);
  }

  private void word(DesiredState state) throws IOException {
    file.write((state.text() + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** Forgets it: the session is nobody's charge any more. */
  public void delete() throws IOException {
    file.delete();
    released.delete();
  }
}
