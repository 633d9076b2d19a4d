/**
 * Capture by inotify(7), for everyone: one watch for each directory. The kernel tells of a
 * directory by the number of its watch and of an entry by its name, never by an identity, and not
 * of directories made before their parent was watched; so {@code WatchTree} knows where each
 * watched directory lies, {@code WatchWalk} watches what is new and then looks for what it missed,
 * and {@code EventWriter} looks up who has a name when content changed. Unlike fanotify's,
 * inotify's events come in order.
 *
 * <p>One change it cannot tell: a file of several names written through one that is removed, or
 * renamed over, before the event is read. Whose contents these were nobody knows any more; the
 * other names are found by the next sweep.
 */
@NullMarked
package org.georep.changelog.capture.inotify;

import org.jspecify.annotations.NullMarked;
