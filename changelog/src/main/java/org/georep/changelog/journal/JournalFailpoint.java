package org.georep.changelog.journal;

import org.georep.posix.Failpoint;

/** Failpoints of the journal. */
public enum JournalFailpoint implements Failpoint {
  /** A generation has its queue and first record, and does not count yet. */
  GENERATION_MADE,
  /** Its beginning is durable: it counts. */
  GENERATION_BEGUN,
  /** A record can be read by others, and its number is not published. */
  RECORD_APPENDED,
  /** What was appended is durable. */
  JOURNAL_SYNCED,
  /** The queue of a full generation is closed, its end not written. */
  GENERATION_CLOSED,
  /** The end of a generation is durable. */
  GENERATION_ENDED,
  /** It is noted that unread records are dropped; they are there yet. */
  DROP_RECORDED,
  /** A generation that nobody needs does not count any more; its files are there. */
  GENERATION_FORGOTTEN,
  /** Its files are gone. */
  GENERATION_DELETED,
  /** A small file is written beside the old one, synced, without its name. */
  PROPERTIES_WRITTEN,
  /** It has its name, which is not synced. */
  PROPERTIES_RENAMED,
  /** A reader's position is durable. */
  POSITION_WRITTEN
}
