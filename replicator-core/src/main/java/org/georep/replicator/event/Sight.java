package org.georep.replicator.event;

import org.georep.status.report.WorkerReport;

/**
 * A worker at one moment.
 *
 * @param report what it looks like
 * @param linkLost whether a connection had been made and is gone
 * @param crawlReason why the volume is walked, or was the last time; empty if that is not known
 */
public record Sight(WorkerReport report, boolean linkLost, String crawlReason) {}
