package org.georep.engine.pool;

import java.util.Objects;
import java.util.Optional;
import org.georep.engine.EngineChoice;

/**
 * Which carrier a file is given to. Asked for by name, an engine takes every file it can. {@code
 * auto} gives every file to {@code stream}, which sends small and new files as they are and
 * compares large ones with the secondary's copy; only a file of whose copy it can use nothing,
 * because its contents moved along, goes by rsync, which looks for them everywhere, if rsync is on
 * both hosts.
 *
 * @param whole the stream without any comparison, which carries everything
 */
record Carriers(
    EngineChoice choice,
    Carrier stream,
    Carrier whole,
    Optional<Delivery> tar,
    Optional<Delivery> rsync) {
  /** Checks its parts. */
  Carriers {
    Objects.requireNonNull(choice, "choice is null");
    Objects.requireNonNull(stream, "stream is null");
    Objects.requireNonNull(whole, "whole is null");
    Objects.requireNonNull(tar, "tar is null");
    Objects.requireNonNull(rsync, "rsync is null");
  }

  /** Returns the carrier for every file. */
  Carrier first() {
    return switch (choice) {
      case AUTO, STREAM -> stream;
      case RSYNC -> or(rsync, stream);
      case TARSSH -> or(tar, stream);
    };
  }

  /** Returns the carrier for files this one could not carry; the last one carries all. */
  Carrier instead(Carrier carrier) {
    return carrier.equals(stream) ? or(rsync, whole) : whole;
  }

  private static Carrier or(Optional<Delivery> wanted, Carrier otherwise) {
    return wanted.isPresent() ? wanted.get() : otherwise;
  }
}
