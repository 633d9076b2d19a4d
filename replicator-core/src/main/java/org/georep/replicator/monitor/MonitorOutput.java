package org.georep.replicator.monitor;

/** Who is told what a monitor does. */
@FunctionalInterface
public interface MonitorOutput {
  /** Something changed: one line, without a full stop. */
  void line(String line);
}
