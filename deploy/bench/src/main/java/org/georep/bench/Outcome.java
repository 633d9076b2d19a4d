package org.georep.bench;

import java.util.List;
import java.util.OptionalLong;

/**
 * One peer's run of a scenario.
 *
 * @param values what was measured
 * @param cpuSeconds processor time of all processes together
 * @param memory the most anonymous memory of all processes together, in bytes
 * @param sent bytes both ways for each value, if they were counted
 */
record Outcome(List<Double> values, double cpuSeconds, long memory, OptionalLong sent) {}
