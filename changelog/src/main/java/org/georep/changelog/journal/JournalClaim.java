package org.georep.changelog.journal;

import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The right to write a journal, before anything of the journal was read or made: so that its holder
 * can have the kernel queue changes at once, and take the time that opening needs after that. Held
 * until closed, or handed on to the writer that {@link #open} makes. For one thread.
 */
public final class JournalClaim implements AutoCloseable {
  private final JournalDirectory directory;
  private @Nullable WriterLock lock;

  private JournalClaim(JournalDirectory directory, WriterLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Takes the lock, and makes the directory if there is none.
   *
   * @throws JournalHeldException if the journal has a writer already
   */
  public static JournalClaim take(JournalDirectory directory) throws IOException {
    return new JournalClaim(directory, WriterLock.take(directory.create().path()));
  }

  /** Opens the journal for writing; the lock is the writer's from then on. */
  public JournalWriter open(JournalSettings settings, Clock clock) throws IOException {
    return open(settings, clock, BootId.current());
  }

  JournalWriter open(JournalSettings settings, Clock clock, String bootId) throws IOException {
    WriterLock held = Objects.requireNonNull(lock, "the claim was used already");
    JournalWriter writer = new JournalWriter(directory, settings, clock, bootId, held);
    lock = null;
    return writer;
  }

  /** Gives the lock back, if no writer has it. */
  @Override
  public void close() throws IOException {
    WriterLock held = lock;
    lock = null;
    if (held != null) {
      held.close();
    }
  }
}
