package org.georep.protocol;

/** In what an entry of the secondary differs from the primary's. */
public enum Aspect {
  /** Nothing is there. */
  MISSING("missing"),
  /** The primary has nothing of this name. */
  EXTRA("extra"),
  /** What is there was not put there by georep. */
  REPLACED("replaced"),
  /** What is there stands for another file of the primary. */
  IDENTITY("identity"),
  /** A file where a directory should be, and the like. */
  KIND("kind"),
  /** Its names are not one file. */
  LINKS("links"),
  MODE("mode"),
  OWNER("owner"),
  GROUP("group"),
  SIZE("size"),
  MTIME("mtime"),
  /** Where a symbolic link leads. */
  TARGET("target"),
  /** A device's number. */
  DEVICE("device"),
  /** An extended attribute or ACL. */
  XATTR("xattr"),
  /** Immutable or append-only. */
  FLAGS("flags"),
  /**
   * What a file holds. As an agent finds it: somebody else changed the file, so that it has to be
   * compared; else: that it was compared, and is not the same.
   */
  CONTENT("content"),
  /** What the primary has there cannot be read, so nobody knows. */
  UNREADABLE("unreadable");

  private final String word;

  Aspect(String word) {
    this.word = word;
  }

  /** Returns it as programs and people read it. */
  public String word() {
    return word;
  }

  /** Returns whether what belongs at the name is not there at all, so that nothing below is. */
  public boolean isAboutTheName() {
    return compareTo(KIND) <= 0;
  }
}
