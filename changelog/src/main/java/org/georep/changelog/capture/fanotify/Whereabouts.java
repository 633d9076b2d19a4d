package org.georep.changelog.capture.fanotify;

/** Where a directory lies. */
enum Whereabouts {
  /** It is the volume's root or below it. */
  INSIDE,
  /** It is elsewhere on the file system, or taken out of the tree into georep's own directory. */
  OUTSIDE,
  /** It is, or is below, one of the names in the root that are never data. */
  RESERVED,
  /** It was removed. */
  GONE,
  /** The kernel failed to tell. It may be inside, and is asked for again at the next event. */
  UNKNOWN;

  /** Returns whether what happens there has to be told of. */
  boolean mayBeInside() {
    return this == INSIDE || this == UNKNOWN;
  }
}
