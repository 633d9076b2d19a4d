package org.georep.replicator.stime;

/** Is told how far the secondary is in step. Called by the worker's thread; never throws. */
public interface StimeListener {
  /** Told nothing. */
  StimeListener NONE =
      new StimeListener() {
        @Override
        public void began(SyncState start) {}

        @Override
        public void moved(SyncState state) {}
      };

  /**
   * A connection was made.
   *
   * @param start what both sides know in common; its stime may be lower than the last one told, or
   *     missing
   */
  void began(SyncState start);

  /** A state is durable on both sides. */
  void moved(SyncState state);
}
