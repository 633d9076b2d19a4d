package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/** What can happen to a session. Names are added, never changed. */
public enum EventKind {
  /** A process began to work for it. */
  STARTED("started"),
  /** That process ended; without this line it was killed. */
  STOPPED("stopped"),
  /** The agent is greeted, and work goes on. */
  ACTIVE("active"),
  /** Another of the pair replicates; this one stands by. */
  PASSIVE("passive"),
  /** Work stands still. */
  FAULTY("faulty"),
  /** Something on the primary's host has made no progress for long. */
  STALLED("stalled"),
  /** A connection that had been made is gone. */
  LINK_LOST("link-lost"),
  /** It was made again. */
  LINK_BACK("link-back"),
  /** A walk over the whole volume began. */
  CRAWL_BEGUN("crawl-begun"),
  /** A walk came to its end. */
  CRAWL_ENDED("crawl-ended"),
  /** A walk was given up before its end; another begins when work goes on. */
  CRAWL_BROKEN_OFF("crawl-broken-off"),
  /** The delete brake stopped the session: a crawl found most of the tree gone. */
  BRAKE("brake"),
  /** A checkpoint is completed. */
  CHECKPOINT_COMPLETED("checkpoint-completed"),
  /** A checkpoint has become invalid. */
  CHECKPOINT_INVALID("checkpoint-invalid"),
  /** A completed checkpoint is not any more. */
  CHECKPOINT_TAKEN_BACK("checkpoint-taken-back"),
  /** The first entry is in quarantine. */
  QUARANTINE_FILLED("quarantine-filled"),
  /** The last entry has left it. */
  QUARANTINE_EMPTY("quarantine-empty"),
  /** The lag is over its threshold. */
  LAG_HIGH("lag-high"),
  /** The lag is not over its threshold any more. */
  LAG_BACK("lag-back");

  private final String text;

  EventKind(String text) {
    this.text = text;
  }

  /** Returns its name in files, JSON and the environment of hooks. */
  @JsonValue
  public String text() {
    return text;
  }

  /** Returns the kind of a name, or nothing if a later version added it. */
  public static Optional<EventKind> of(String text) {
    for (EventKind kind : values()) {
      if (kind.text.equals(text)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
