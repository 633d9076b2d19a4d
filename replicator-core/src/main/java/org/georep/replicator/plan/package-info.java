/**
 * What to look at next, and what not to. Records of the journal are folded into what they make
 * dirty ({@link org.georep.replicator.plan.DirtySet}): a name once however many events it had, an
 * inode's contents and attributes by the event's own identity. Folding is all planning there is;
 * order does not matter, because what is sent is state and not events. {@link
 * org.georep.replicator.plan.Filter} says which names a session leaves out. Nothing here looks at a
 * file system.
 */
@NullMarked
package org.georep.replicator.plan;

import org.jspecify.annotations.NullMarked;
