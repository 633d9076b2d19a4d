package org.georep.protocol;

/** What stays on the secondary although the primary does not have it. */
public enum Keeping {
  /** Nothing: the secondary becomes as the primary is. */
  NOTHING,
  /** What was deleted on the primary. */
  DELETED,
  /**
   * What others put there, and what a listing does not name any more; only a name that was looked
   * at because of a change leaves when it is gone. So the primary may hold but a part.
   */
  UNSEEN,
  /**
   * Everything; nor does anything come that the secondary does not know by its identity. Only what
   * both have is brought in step.
   */
  ALL;

  /** Returns whether a name that is gone keeps what is there, if only a listing tells of it. */
  public boolean keepsUnseen() {
    return this != NOTHING;
  }

  /** Returns whether a name that is gone keeps what is there, if a change tells of it. */
  public boolean keepsSeen() {
    return this == DELETED || this == ALL;
  }

  /** Returns whether what others put at a name the primary does not have stays there. */
  public boolean keepsForeign() {
    return this == UNSEEN || this == ALL;
  }

  /** Returns whether only what is known here already is brought in step. */
  public boolean addsNothing() {
    return this == ALL;
  }
}
