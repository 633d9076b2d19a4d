/**
 * Bringing the secondary in step, in the order entries, metadata, data, barrier. {@link
 * org.georep.replicator.apply.EntryPhase} looks at what is dirty and sends desired state; {@link
 * org.georep.replicator.apply.DataPhase} keeps account of the contents that are under way; {@link
 * org.georep.replicator.apply.BatchLedger} knows which batches are done, and so what a barrier may
 * claim.
 */
@NullMarked
package org.georep.replicator.apply;

import org.jspecify.annotations.NullMarked;
