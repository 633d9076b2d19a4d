/**
 * Pairs: several workers for one secondary, each with a state directory and a capture of its own,
 * of which the agents elect one Active by a lease. The rest is Passive and stands by.
 *
 * <p>What is kept of the lease, and by whom, is told where it is kept: in the agent's {@code
 * secondary.session}. Here is what a worker does with it:
 *
 * <ul>
 *   <li>It says Hello only on a connection that was granted the lease. Whatever it loses the
 *       connection by, it has to ask anew, and may find another.
 *   <li>The link of a member is lost when nothing was heard for the length of the lease, on both
 *       ends: who is cut off knows it when the lease is free, and not later.
 *   <li>A Passive one captures. Its stime is in its own journal and its own time, and follows the
 *       pair's, see {@link org.georep.replicator.lease.Sightings} and {@link
 *       org.georep.replicator.lease.Follower}: it is never past what is durable on the secondary,
 *       and never past what its own capture holds from there on. So it takes over as a worker
 *       begins again after a crash: from its own stime, with its own journal.
 * </ul>
 */
@NullMarked
package org.georep.replicator.lease;

import org.jspecify.annotations.NullMarked;
