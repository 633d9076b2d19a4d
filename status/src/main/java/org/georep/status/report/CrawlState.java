package org.georep.status.report;

import com.fasterxml.jackson.annotation.JsonValue;

/** Where a worker takes its work from, spelled as GlusterFS administrators know it. */
public enum CrawlState {
  /** A walk that compares both sides. */
  HYBRID("Hybrid Crawl"),
  /** The journal, from stime on, behind the present. */
  HISTORY("History Crawl"),
  /** The journal, live. */
  CHANGELOG("Changelog Crawl"),
  NONE("N/A");

  private final String text;

  CrawlState(String text) {
    this.text = text;
  }

  /** Returns the spelling used in status files and on screens. */
  @JsonValue
  public String text() {
    return text;
  }
}
