/**
 * Reports as Prometheus metrics. {@link org.georep.status.metrics.Readings} says which figure of a
 * report is which metric, {@link org.georep.status.metrics.ReportMetrics} keeps them in
 * Micrometer's registry. A gauge whose value is not known is NaN, a counter that is not known is
 * absent; neither is 0.
 */
@NullMarked
package org.georep.status.metrics;

import org.jspecify.annotations.NullMarked;
