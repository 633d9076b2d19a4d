package org.georep.secondary.retain;

/** What becomes of the items of limbo that no batch can want any more. For one thread. */
public interface Release {
  /**
   * Lets go of items detached by a batch up to this one: of all, or of as many as may be noted
   * before the inventory is written. What cannot go yet stays, and goes with a later barrier.
   */
  Released upTo(long batch);

  /**
   * What was done.
   *
   * @param gone how many entries left the secondary for good
   * @param isMore whether there may be more to let go of; only said if something was
   */
  record Released(long gone, boolean isMore) {}
}
