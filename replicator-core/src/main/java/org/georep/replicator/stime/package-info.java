/**
 * What is kept of how far the secondary is in step: stime, the journal's position, and the capture
 * run they belong to. Written after a barrier, never before; kept on both sides, and the lower one
 * wins.
 */
@NullMarked
package org.georep.replicator.stime;

import org.jspecify.annotations.NullMarked;
