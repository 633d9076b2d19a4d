/**
 * Capture by fanotify(7), for root: one mark for the whole file system, so that starting costs the
 * same for ten directories and ten million.
 *
 * <p>The kernel tells of a directory by its handle and of an entry by its name. {@link
 * org.georep.changelog.capture.fanotify.DirectoryCache} knows which directories lie in the volume;
 * {@code RecordWriter} turns events into records by it. The kernel merges an event into an equal
 * one that still waits, which moves it <em>before</em> events that happened earlier; the rules here
 * hold in whatever order events come, and each comment that seems over-careful names such a case.
 */
@NullMarked
package org.georep.changelog.capture.fanotify;

import org.jspecify.annotations.NullMarked;
