package org.georep.status.screen;

import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CheckpointStanding;

/** Checkpoints in words. */
public final class CheckpointScreen {
  private final ZoneId zone;

  /**
   * Makes one.
   *
   * @param zone in which times are shown
   */
  public CheckpointScreen(ZoneId zone) {
    this.zone = Objects.requireNonNull(zone, "zone is null");
  }

  /** Returns what has become of it, such as {@code completed at 2026-01-02 03:04:05}. */
  public String standing(CheckpointReport checkpoint) {
    return checkpoint.standing().text()
        + (checkpoint.completionTime() == null
            ? ""
            : " at " + Amounts.time(checkpoint.completionTime(), zone));
  }

  /** Returns its time, as people read it. */
  public String time(CheckpointReport checkpoint) {
    return Amounts.time(checkpoint.time(), zone);
  }

  /** Returns a whole sentence, such as {@code checkpoint nightly is not reached yet}. */
  public String sentence(CheckpointReport checkpoint) {
    String standing = standing(checkpoint);
    return "checkpoint "
        + checkpoint.label()
        + (checkpoint.standing() == CheckpointStanding.INVALID ? " " : " is ")
        + standing;
  }

  /** Returns a table with a line for each, each ended by a newline. */
  public String table(List<CheckpointReport> checkpoints) {
    TextTable table = new TextTable(List.of("CHECKPOINT", "TIME", "STATE"));
    for (CheckpointReport checkpoint : checkpoints) {
      table.row(List.of(checkpoint.label(), time(checkpoint), standing(checkpoint)));
    }
    return String.join("\n", table.lines()) + "\n";
  }
}
