package org.georep.replicator.volume;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.georep.engine.ContentSource;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.protocol.EntryState;

/** What the primary has now, asked by identity. For any thread. */
public interface PrimaryTree extends ContentSource, AutoCloseable {
  /** Where a directory is found to be. */
  sealed interface Found {
    /** In the volume; to be closed by the caller. */
    record Inside(PrimaryDirectory directory) implements Found {}

    /**
     * It exists, but not in the volume, or it cannot be told: the secondary's copy of it is in
     * doubt.
     */
    record Outside() implements Found {}

    /** It is gone for good; so is everything a record said of it. */
    record Gone() implements Found {}
  }

  /** Returns the identity of the root. */
  Gfid rootGfid();

  /** Opens a directory. */
  Found directory(Gfid gfid) throws IOException;

  /**
   * Looks at an inode wherever it is.
   *
   * @param hint a name it had, for trees that cannot open by identity
   * @return nothing if it is gone, or cannot be found
   */
  Optional<EntryState> look(Gfid gfid, Optional<Place> hint) throws IOException;

  /**
   * Returns where a directory is now, if it can be told: its parent and its name there. Empty for
   * the root.
   */
  Optional<Place> place(Gfid directory) throws IOException;

  /** A look found this directory at this place. */
  void learn(Gfid directory, Place place);

  /** A look found no directory at this place. */
  void learnAbsent(Place place);

  /** A look found, or a job is about, a file that has this name. */
  void learnFile(Gfid file, Place place);

  /** Returns whether things are looked for by their names: what is not found need not be gone. */
  boolean looksByName();

  /**
   * Returns the names by which something would be looked for, as far as they are known: what is not
   * at any of them may be elsewhere all the same. Empty where everything is found by its identity.
   */
  List<Place> soughtAt(Gfid gfid);

  /**
   * Returns files of the volume that living processes have mapped shared and writable, as far as
   * that can be told; one with several names may lie outside.
   */
  Set<Gfid> mapped() throws IOException;

  /**
   * Checks that the root is still what it was when this tree was opened.
   *
   * @throws VolumeChangedException if it was unmounted, emptied of its id, or another one is in its
   *     place
   */
  void check() throws IOException;

  @Override
  void close() throws IOException;
}
