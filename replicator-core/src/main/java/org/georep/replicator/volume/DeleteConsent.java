package org.georep.replicator.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.OptionalLong;
import org.georep.posix.AtomicFile;
import org.georep.posix.Libc;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;

/**
 * Somebody's word that the deletes a {@link DeleteBrake} stopped at are meant to be.
 *
 * <p>When the brake stops it records how many entries would leave. Consent is given to that many
 * and lies beside it, durable, until a crawl has ended: whether that one needed it or found the
 * entries back, what was accepted is then settled, and the next mass deletion asks again. A run
 * that dies before the end of its crawl leaves the consent to the next. More deletes than were
 * named are not covered.
 */
public final class DeleteConsent {
  private final SessionName session;
  private final AtomicFile named;
  private final AtomicFile given;

  /** Keeps it in a session's directory, which is there when it is used. */
  public DeleteConsent(Libc libc, SessionDirectory directory) {
    Objects.requireNonNull(directory, "directory is null");
    this.session = directory.name();
    this.named = new AtomicFile(libc, directory.namedDeletes());
    this.given = new AtomicFile(libc, directory.acceptedDeletes());
  }

  /** Returns the command that gives consent. */
  String command() {
    return "georep session resume " + session + " --accept-deletes";
  }

  /** Records what is asked for. An older answer is void: it did not cover this. */
  void ask(long leaving) throws IOException {
    given.delete();
    write(named, leaving);
  }

  /** Returns how many deletes wait for an answer, if any do. */
  public OptionalLong asked() throws IOException {
    return given().isPresent() ? OptionalLong.empty() : read(named);
  }

  /** Returns how many deletes are accepted, if any are. */
  public OptionalLong given() throws IOException {
    return read(given);
  }

  /**
   * Accepts the deletes that were named.
   *
   * @return how many; none if no brake stopped since the last crawl that ended
   */
  public OptionalLong give() throws IOException {
    OptionalLong leaving = read(named);
    if (leaving.isPresent()) {
      write(given, leaving.getAsLong());
    }
    return leaving;
  }

  /** Returns whether so many deletes are accepted. Some more may have come since. */
  boolean covers(long leaving) throws IOException {
    OptionalLong accepted = given();
    return accepted.isPresent() && leaving <= accepted.getAsLong() + DeleteBrake.FEWEST;
  }

  /** Forgets question and answer. */
  public void settle() throws IOException {
    given.delete();
    named.delete();
  }

  private static void write(AtomicFile file, long number) throws IOException {
    file.write((number + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static OptionalLong read(AtomicFile file) throws IOException {
    String text = new String(file.read().orElse(new byte[0]), StandardCharsets.US_ASCII).strip();
    try {
      return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty(); // what cannot be read accepts nothing
    }
  }
}
