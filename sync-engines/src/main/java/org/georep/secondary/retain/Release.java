package org.georep.secondary.retain;

/** What becomes of the items of limbo that no batch can want any more. For one thread. */
public interface Release {
  /**
   * Lets go of the items detached by a batch up to this one; what cannot go yet stays, and goes
   * with a later barrier.
   *
   * @return how many entries left the secondary for good
   */
  long upTo(long batch);
}
