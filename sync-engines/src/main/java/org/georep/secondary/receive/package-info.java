/**
 * Contents that come over the agent's own connection: written into the stage by threads of their
 * own, with mark and attributes, so that publishing a new file is one rename and two notes in the
 * inventory. A file the secondary has can be put together from its copy here and what is new, which
 * a digest of the whole then confirms.
 *
 * <p>Nothing here decides what a name shows: that is {@code secondary.reconcile}, by the agent's
 * one thread. What is in the stage after a crash is rubbish.
 */
@NullMarked
package org.georep.secondary.receive;

import org.jspecify.annotations.NullMarked;
