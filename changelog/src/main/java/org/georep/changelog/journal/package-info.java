/**
 * The journal of a volume: change records appended by one writer, read by any number of readers,
 * each from its own position, in any process. Chronicle Queue is seen here only.
 *
 * <p>Chronicle keeps records through the death of a process, but not, and without a word, through
 * the loss of a page in a power cut: a file may end early, a reader stays before the hole or jumps
 * over a missing file. So records carry their own sequence numbers and checksums, every writer
 * begins a new <em>generation</em> (a queue of its own, see {@link
 * org.georep.changelog.journal.JournalWriter}), and a reader ({@link
 * org.georep.changelog.journal.JournalReader}) returns a gap wherever it cannot prove that nothing
 * is missing.
 *
 * <p>A journal's directory holds {@code lock} (the writer's), {@code head} (the number appended
 * last, in shared memory), {@code gN} (generations: {@code begin}, the queue, {@code end}), {@code
 * readers/NAME} (acknowledged positions), {@code dropped} (what the size limit took unread) and
 * {@code rotate} (a reader's wish).
 */
@NullMarked
package org.georep.changelog.journal;

import org.jspecify.annotations.NullMarked;
