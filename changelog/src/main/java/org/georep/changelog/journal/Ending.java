package org.georep.changelog.journal;

/** How a generation came to its end. */
enum Ending {
  /** Its writer went on in the next: it had grown to its size, or a reader found a hole. */
  ROTATED("rotated"),
  /** Its writer was closed. */
  CLOSED("closed"),
  /** Its writer died; the machine did not, so every record that was appended is there. */
  KILLED("killed"),
  /** The machine stopped while it was written: records at its end may be lost, unnoticed. */
  UNCLEAN_BOOT("unclean boot"),
  /** A part of it could not be read or written any more. */
  DAMAGED("damaged");

  private final String text;

  Ending(String text) {
    this.text = text;
  }

  /** Returns whether nothing but sequence numbers is needed to see that records are missing. */
  boolean provable() {
    return this != UNCLEAN_BOOT && this != DAMAGED;
  }

  static Ending parse(String text) {
    for (Ending ending : values()) {
      if (ending.text.equals(text)) {
        return ending;
      }
    }
    throw new IllegalArgumentException("unknown ending '" + text + "'");
  }

  @Override
  public String toString() {
    return text;
  }
}
