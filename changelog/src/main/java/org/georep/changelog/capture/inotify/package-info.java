/**
 * Capture by inotify(7), for everyone: one watch for each directory. The kernel tells of a
 * directory by the number of its watch and of an entry by its name, never by an identity, and not
 * of directories made before their parent was watched; so {@code WatchTree} knows where each
 * watched directory lies, {@code WatchWalk} watches what is new and then looks for what it missed,
 * and {@code EventWriter} looks up who has a name when content changed. Unlike fanotify's,
 * inotify's events come in order.
 *
 * <p>One thing nobody is told: a file with several names that was changed under one of them, when
 * that one is gone before its event is read. Its other names show no event; the next sweep finds
 * it.
 */
@NullMarked
package org.georep.changelog.capture.inotify;

import org.jspecify.annotations.NullMarked;
