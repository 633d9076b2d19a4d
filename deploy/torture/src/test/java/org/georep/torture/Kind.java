package org.georep.torture;

/**
 * What a writer does to the primary in one call or a few, and how often in comparison. Those of
 * weight 0 come only as parts of a {@link Storm}.
 */
enum Kind {
  CREATE(20),
  MKDIR(8),
  APPEND(7),
  WRITE(7),
  MAP(2),
  TRUNCATE(3),
  ALLOCATE(2),
  PUNCH(2),
  CHMOD(4),
  CHOWN(3),
  TIMES(3),
  XATTR(4),
  UNXATTR(2),
  ACL(3),
  LINK(6),
  SYMLINK(4),
  NODE(2),
  RENAME(9),
  RENAME_OVER(7),
  EXCHANGE(4),
  UNLINK(7),
  RMDIR(3),
  /** A rename out of the replicated tree, on the same file system. */
  MOVE_OUT(2),
  /** A rename into the replicated tree of what was moved out. */
  MOVE_IN(3),
  /** Opens a file for writing and holds it. */
  OPEN(3),
  /** Appends through what is held open. */
  WRITE_OPEN(4),
  CLOSE(2),
  /** Rests for {@code a} microseconds. */
  REST(6);

  final int weight;

  Kind(int weight) {
    this.weight = weight;
  }
}
