package org.georep.posix;

import com.google.errorprone.annotations.Immutable;
import org.georep.name.FileName;

/**
 * One entry of a directory listing.
 *
 * @param name its name
 * @param inode its inode number
 * @param type the kernel's d_type: type bits of a mode shifted right by 12; 0 where the file system
 *     does not say
 */
@Immutable
public record Dirent(FileName name, long inode, int type) {
  private static final int DT_UNKNOWN = 0;
  private static final int DT_DIR = 4;

  /** Returns whether it is a directory, or the file system does not say what it is. */
  public boolean mayBeDirectory() {
    return type == DT_DIR || type == DT_UNKNOWN;
  }
}
