package org.georep.replicator.event;

import org.georep.status.report.WorkerReport;

/**
 * A worker at one moment.
 *
 * @param report what it looks like
 * @param linkLost whether a connection had been made and is gone
 */
public record Sight(WorkerReport report, boolean linkLost) {}
