package org.georep.secondary.durability;

import java.io.IOException;
import java.util.Objects;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Syncs the secondary's file system, and takes a failure for what it is.
 *
 * <p>The kernel says once that something could not be written down, and not what. After that it
 * counts as written: the next sync succeeds, and memory shows what the disk does not have. So after
 * a failure nothing is durable any more in this agent's life, whatever the kernel says, and {@code
 * running} tells the next one not to believe what came since the last barrier, as after a power
 * cut. Where that note cannot be written either, it is tried again at the end.
 *
 * <p>For any number of threads.
 */
public final class WholeSync {
  private static final Logger LOG = LoggerFactory.getLogger(WholeSync.class);
  private static final byte[] ITSELF = {};

  private final Libc libc;
  private final int descriptor;
  private final ControlFiles files;
  private volatile boolean failed;
  private volatile boolean noted;

  /**
   * Makes it.
   *
   * @param descriptor a directory of the file system, not O_PATH; stays the caller's
   */
  public WholeSync(Libc libc, int descriptor, ControlFiles files) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.descriptor = descriptor;
    this.files = Objects.requireNonNull(files, "files is null");
  }

  /**
   * Makes all that was done so far durable.
   *
   * @throws PosixException if that failed, now or before
   */
  public void run() throws PosixException {
    if (failed) {
      throw new PosixException("syncfs", ITSELF, Errno.EIO);
    }
    try {
      libc.syncfs(descriptor);
    } catch (PosixException e) {
      fails(e);
      throw e;
    }
  }

  /** Takes note of a sync somewhere else that failed. */
  public void fails(IOException cause) {
    if (!failed) {
      failed = true;
      LOG.error(
          "The disk of the secondary did not take what was written ({}): what came since the last"
              + " barrier is compared again",
          cause.getMessage());
      note();
    }
  }

  /** Returns whether a sync has failed. */
  public boolean hasFailed() {
    return failed;
  }

  /** To be called when nothing more is written: says what has not been said, if anything. */
  public void end() {
    if (failed && !noted) {
      note();
    }
  }

  private void note() {
    try {
      files.writeUnwritten();
      noted = true;
    } catch (IOException e) {
      LOG.error("That cannot be noted either: {}", e.getMessage());
    }
  }
}
