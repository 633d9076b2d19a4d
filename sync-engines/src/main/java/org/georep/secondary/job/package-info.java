/**
 * The far end of a data channel: a short-lived process that a ticket entitles to fill one place in
 * the stage, by starting tar or rsync there. Neither native code nor the inventory is found here:
 * it has to start fast.
 */
@NullMarked
package org.georep.secondary.job;

import org.jspecify.annotations.NullMarked;
