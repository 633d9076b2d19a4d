package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One writer per journal: a lock the kernel drops when the process ends, however it ends.
 *
 * <p>It is a POSIX record lock, which a process loses when it closes <em>any</em> descriptor of the
 * file. So the file must not even be opened a second time by the process that holds it; the set of
 * what this process holds is the one thing here that is static, because the lock is the process's.
 */
final class WriterLock implements AutoCloseable {
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private WriterLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws JournalHeldException if another writer, here or in another process, has it
   */
  static WriterLock take(Path directory) throws IOException {
    Path file = directory.toRealPath().resolve("lock");
    if (!HELD_HERE.add(file)) {
      throw held(directory);
    }
    FileChannel channel = null;
    boolean taken = false;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        throw held(directory);
      }
      taken = true;
      return new WriterLock(file, channel);
    } finally {
      if (!taken) {
        if (channel != null) {
          channel.close();
        }
        HELD_HERE.remove(file);
      }
    }
  }

  private static JournalHeldException held(Path directory) {
    return new JournalHeldException(
        "the journal "
            + directory
            + " has a writer already: a capture process or another session runs for this volume");
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD_HERE.remove(file);
    }
  }
}
