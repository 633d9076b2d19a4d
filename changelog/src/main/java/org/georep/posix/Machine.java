package org.georep.posix;

import java.util.Locale;

/** What differs between the machines georep runs on: open flags and system call numbers. */
enum Machine {
  X86_64(0200000, 0400000, 217, 259),
  ARM64(040000, 0100000, 61, 33);

  /** openat2(2): the same number everywhere, and without a wrapper in the C library. */
  static final int SYS_OPENAT2 = 437;

  private final int directoryFlag;
  private final int noFollowFlag;
  private final int getdents64;
  private final int mknodat;

  Machine(int directoryFlag, int noFollowFlag, int getdents64, int mknodat) {
    this.directoryFlag = directoryFlag;
    this.noFollowFlag = noFollowFlag;
    this.getdents64 = getdents64;
    this.mknodat = mknodat;
  }

  /**
   * Returns the machine this runs on.
   *
   * @throws UnsupportedOperationException if it is not 64-bit x86 or ARM with Linux
   */
  static Machine current() {
    return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  static Machine of(String system, String architecture) {
    if (system.toLowerCase(Locale.ROOT).equals("linux")) {
      switch (architecture) {
        case "amd64", "x86_64" -> {
          return X86_64;
        }
        case "aarch64", "arm64" -> {
          return ARM64;
        }
        default -> {}
      }
    }
    throw new UnsupportedOperationException(
        "georep runs on Linux on x86-64 or arm64; this is "
            + system
            + " on "
            + architecture
            + ". Run it on such a machine, with a 64-bit Java.");
  }

  /** Returns the open flags of {@link Linux} as this machine's kernel wants them. */
  int openFlags(int flags) {
    int same = flags & ~(Linux.O_DIRECTORY | Linux.O_NOFOLLOW);
    return same
        | ((flags & Linux.O_DIRECTORY) == 0 ? 0 : directoryFlag)
        | ((flags & Linux.O_NOFOLLOW) == 0 ? 0 : noFollowFlag);
  }

  /** getdents64(2), whose wrapper came to the C library only with glibc 2.30. */
  int getdents64() {
    return getdents64;
  }

  /** mknodat(2), whose wrapper came to the C library as a symbol only with glibc 2.33. */
  int mknodat() {
    return mknodat;
  }
}
