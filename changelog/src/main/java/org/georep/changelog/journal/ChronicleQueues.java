package org.georep.changelog.journal;

import java.nio.file.Path;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.onoes.ExceptionHandler;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens Chronicle queues the one way georep uses them, and keeps Chronicle from doing what nobody
 * asked for: reporting usage, advertising, watching disks, logging on its own.
 *
 * <p>The clock handed to a queue stands still. Chronicle begins a new file when its cycle of time
 * is over, and a reader jumps over a file that is missing; with one cycle for ever a queue is one
 * file, and what is trimmed are whole queues, which {@link Generations} names.
 */
final class ChronicleQueues {
  /** The one file of records in a queue's directory. */
  static final String FILE = "19700101F.cq4";

  /** The queue's file is mapped and grows, sparsely, by this many bytes. */
  private static final int BLOCK_BYTES = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(ChronicleQueues.class);

  static {
    // Before the first class of Chronicle's is initialized, which reads them.
    System.setProperty("chronicle.analytics.disable", "true");
    System.setProperty("chronicle.announcer.disable", "true");
    System.setProperty("chronicle.disk.monitor.disable", "true");
    // What goes wrong in a damaged queue is found, and said, by the reader.
    ExceptionHandler quiet = (where, message, thrown) -> LOG.debug("{}", message, thrown);
    ExceptionHandler silent = (where, message, thrown) -> {};
    Jvm.setExceptionHandlers(quiet, quiet, silent, silent);
  }

  private ChronicleQueues() {}

  static SingleChronicleQueue open(Path directory) {
    return SingleChronicleQueueBuilder.single(directory.toFile())
        .rollCycle(RollCycles.FAST_DAILY)
        .timeProvider(() -> 0)
        .blockSize(BLOCK_BYTES)
        .checkInterrupts(false)
        .build();
  }
}
