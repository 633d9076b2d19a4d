/**
 * Wires one pipeline and owns its life. {@link org.georep.replicator.worker.Pipeline} is one
 * connection's worth of replication: it holds nothing that a crash would miss; {@link
 * org.georep.replicator.worker.Worker} connects, runs pipelines, reconnects.
 */
@NullMarked
package org.georep.replicator.worker;

import org.jspecify.annotations.NullMarked;
