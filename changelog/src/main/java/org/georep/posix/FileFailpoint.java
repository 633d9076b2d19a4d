package org.georep.posix;

/** Failpoints of {@link AtomicFile}. */
public enum FileFailpoint implements Failpoint {
  /** The new content is beside the old, not synced. */
  FILE_WRITTEN,
  /** It is synced and has not its name. */
  FILE_SYNCED,
  /** It has its name, which is not synced. */
  FILE_RENAMED,
  /** It is durable. */
  FILE_DURABLE,
  /** The file is gone, which is not synced. */
  FILE_REMOVED
}
