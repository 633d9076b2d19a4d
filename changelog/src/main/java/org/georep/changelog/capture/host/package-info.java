/**
 * Who runs a volume's source of changes, and how replicators read what it records.
 *
 * <p>Capture belongs to the volume: one {@link org.georep.changelog.capture.host.CaptureHost} at a
 * time, guarded by the journal's lock, either in a process of its own ({@link
 * org.georep.changelog.capture.host.CaptureProcess}) or inside the first replicator that needs it.
 * A replicator asks {@link org.georep.changelog.capture.host.CaptureFeed} and need not care which;
 * a second session on the same volume attaches to the first one's host.
 *
 * <p><b>The rule for who reads.</b> Every run of capture begins with {@code Started}, and what
 * happened between the end of the run before and that record is not in the journal, whether the run
 * before ended with {@code Stopped}, with a kill -9, or with the machine. The host writes no extra
 * gap for it. So a reader treats each {@code Started} it meets as a gap, unless it is the first
 * record it ever reads of this journal (then it has to crawl anyway). A reader that was away while
 * the same run of capture went on meets no {@code Started}, and has missed nothing. A {@code Gap}
 * in the journal, or returned by the reader, is one in any case.
 *
 * <p>Marks ({@code Drained}) are thinned out before they are written, see {@code MarkPace}; a mark
 * that is left out is covered by the next.
 */
@NullMarked
package org.georep.changelog.capture.host;

import org.jspecify.annotations.NullMarked;
