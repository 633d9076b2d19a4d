package org.georep.replicator.session;

/** How a georep process ends. The numbers are a contract with scripts. */
public enum ExitCode {
  DONE(0, "done, also after SIGTERM or Ctrl-C in continuous mode"),
  ERROR(1, "error or wrong usage"),
  QUARANTINED(3, "done, but some entries are quarantined"),
  DIFFERENT(4, "differences found"),
  TIMED_OUT(5, "a wait timed out or a threshold was passed"),
  NO_SUCH_SESSION(10, "no such session"),
  HELD(11, "held by another process"),
  AUTHENTICATION(12, "the secondary did not accept the key or user"),
  UNREACHABLE(13, "the secondary could not be reached at the start"),
  REFUSED(14, "refused for safety"),
  PROMOTED(15, "the secondary was promoted or holds a newer epoch"),
  INTERRUPTED(130, "an interrupted one-shot");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** Returns the process's exit status, 0 to 255. */
  public int number() {
    return number;
  }

  /** Returns what it means, in a few words. */
  public String meaning() {
    return meaning;
  }
}
