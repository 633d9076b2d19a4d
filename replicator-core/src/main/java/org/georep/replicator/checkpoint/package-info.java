/**
 * Checkpoints: "everything that happened on the primary before T is durable on the secondary".
 *
 * <p>T is the primary's clock when the checkpoint was made, and never moves. It is reached when
 * stime, which moves on an idle volume too, is not before T and nothing older is in quarantine.
 * Setting one is a file of its own, written once by whoever sets it, whether or not a worker runs;
 * what has become of them is another file, written by the worker that holds the session alone. So
 * neither waits for the other.
 */
@NullMarked
package org.georep.replicator.checkpoint;

import org.jspecify.annotations.NullMarked;
