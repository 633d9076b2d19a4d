/**
 * Entries that could not be applied: kept durably, tried again with growing pauses, counted.
 * Nothing is ever skipped silently. Trying again is the worker's; this only remembers.
 */
@NullMarked
package org.georep.replicator.quarantine;

import org.jspecify.annotations.NullMarked;
