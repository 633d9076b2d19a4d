/**
 * Compares both sides while replication goes on, and has differences mended.
 *
 * <p>The walk says a digest of each part of a directory; where what is really on the secondary has
 * another, its entries are compared one by one. What differs is only a candidate: it is looked at
 * again when everything that had happened on the primary by then is durable on the secondary, and
 * counts only if it still differs and the primary's entry is the same as before. Mending makes the
 * places dirty, so that the pipeline does what it always does.
 */
@NullMarked
package org.georep.replicator.verify;

import org.jspecify.annotations.NullMarked;
