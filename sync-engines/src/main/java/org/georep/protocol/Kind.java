package org.georep.protocol;

import org.georep.posix.Linux;

/** What an entry is. */
public enum Kind {
  FILE(1, Linux.S_IFREG),
  DIRECTORY(2, Linux.S_IFDIR),
  SYMLINK(3, Linux.S_IFLNK),
  FIFO(4, Linux.S_IFIFO),
  SOCKET(5, Linux.S_IFSOCK),
  CHARACTER_DEVICE(6, Linux.S_IFCHR),
  BLOCK_DEVICE(7, Linux.S_IFBLK);

  private final int code;
  private final int typeBits;

  Kind(int code, int typeBits) {
    this.code = code;
    this.typeBits = typeBits;
  }

  /** Returns the number it has on the wire and on disk. */
  public int code() {
    return code;
  }

  /** Returns the type bits of st_mode. */
  public int typeBits() {
    return typeBits;
  }

  /**
   * Returns the kind with the given code.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Kind ofCode(int code) {
    for (Kind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new IllegalArgumentException("no kind has the code " + code);
  }

  /**
   * Returns the kind of a file of the given st_mode.
   *
   * @throws IllegalArgumentException if its type bits are none of Linux's
   */
  public static Kind ofMode(int mode) {
    for (Kind kind : values()) {
      if (kind.typeBits == (mode & Linux.S_IFMT)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("no kind has the mode " + Integer.toOctalString(mode));
  }
}
