/**
 * Going over to the secondary and back: promoting it, and making the old primary the secondary of
 * the promoted one. What either means on disk is the agent's matter; here is who is asked what, and
 * what is kept in the state directory.
 */
@NullMarked
package org.georep.replicator.failover;

import org.jspecify.annotations.NullMarked;
