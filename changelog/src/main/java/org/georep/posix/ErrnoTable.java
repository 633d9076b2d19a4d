package org.georep.posix;

import java.util.Locale;

/** Names and words for error numbers, from jnr-constants' table of this platform. */
final class ErrnoTable {
  private ErrnoTable() {}

  static String name(int errno) {
    if (errno == Errno.EOPNOTSUPP) {
      return "EOPNOTSUPP"; // the table has the other name of the same number, ENOTSUP
    }
    jnr.constants.platform.Errno known = jnr.constants.platform.Errno.valueOf(errno);
    return known == jnr.constants.platform.Errno.__UNKNOWN_CONSTANT__
        ? "errno " + errno
        : known.name();
  }

  static String describe(int errno) {
    jnr.constants.platform.Errno known = jnr.constants.platform.Errno.valueOf(errno);
    return known == jnr.constants.platform.Errno.__UNKNOWN_CONSTANT__
        ? "error " + errno
        : known.description().toLowerCase(Locale.ROOT);
  }
}
