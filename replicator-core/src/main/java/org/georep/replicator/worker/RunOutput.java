package org.georep.replicator.worker;

import org.georep.protocol.Reply;
import org.georep.replicator.session.LogFormat;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;

/** Who is told what a run has to say besides its log. */
public interface RunOutput {
  /** The run is about to begin. */
  void session(SessionName name);

  /**
   * The session is held by this process: its directory may be written to.
   *
   * @param log how its log is written
   */
  void holding(SessionDirectory session, LogFormat log);

  /** Whether the line of {@link #progress} is drawn over the last one, for a person who looks. */
  boolean isWatched();

  /** How far the run is, about once a second while watched; empty at the end. */
  void progress(String line);

  /** A dry run found a change that a run would make. */
  void change(Reply.Change change);
}
