/**
 * Brings names to the desired state the replicator sends, in three moves: detach what is at a wrong
 * name (to limbo, where it stays until nothing can want it any more), attach what is wanted where
 * it is wanted, and publish contents when they arrive. Nothing is replayed: a request says what the
 * primary has, and the second time it is carried out it does nothing.
 *
 * <p>What stands between a crash and a wrong copy: a directory is marked incomplete, on its inode,
 * before it gets a name, and loses the mark only after all it names is durable; a file loses its
 * token, on its inode, before its contents can be taken for right; and the answer to every request
 * lists what is incomplete, so that the replicator sends it whole.
 */
@NullMarked
package org.georep.secondary.reconcile;

import org.jspecify.annotations.NullMarked;
