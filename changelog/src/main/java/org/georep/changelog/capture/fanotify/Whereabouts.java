package org.georep.changelog.capture.fanotify;

/** Where a directory lies. */
enum Whereabouts {
  /** It is the volume's root or below it. */
  INSIDE,
  /** It is elsewhere on the file system. */
  OUTSIDE,
  /** It is, or is below, one of the names in the root that are never data. */
  RESERVED,
  /** It was removed. */
  GONE
}
