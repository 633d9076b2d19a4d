package org.georep.torture;

/** Runs of operations that belong together, and how often in comparison. */
enum Storm {
  /** log.3 to log.4, log.2 to log.3, ..., a new log; as logrotate does. */
  ROTATION(4),
  /** A directory copied as {@code cp -al} does, into the next generation. */
  GENERATION(3),
  /** a to c, b to a, c to b. */
  SWAP(4),
  /** One entry through many names, and back. */
  RENAMES(4),
  /** A new version written aside and renamed over the old one. */
  SAVE(5),
  /** A symlink gives way to a directory of the same name with something in it, or the reverse. */
  CHANGE_OF_TYPE(3),
  /** A directory is emptied and removed while others may be filling it. */
  REMOVE_TREE(3),
  /** A chain of directories, one inside the other. */
  DEEP(1),
  /** Many files in one directory. */
  WIDE(1),
  /** Three directories take each other's places. */
  CYCLE(2),
  /** A file is held open, unlinked, written to, made anew and let go. */
  UNLINKED(3),
  /** Two directories change levels: the lower becomes the upper. */
  INSIDE_OUT(2);

  final int weight;

  Storm(int weight) {
    this.weight = weight;
  }
}
