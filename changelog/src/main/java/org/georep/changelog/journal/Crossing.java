package org.georep.changelog.journal;

import java.io.IOException;
import java.util.NavigableSet;
import java.util.Optional;
import org.georep.posix.NewerFormatException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step from one generation into a later one, where most of what can be missing shows.
 *
 * @param directory the journal
 * @param generation the generation that is entered
 * @param beginning how it began
 */
record Crossing(JournalDirectory directory, long generation, GenerationFile.Beginning beginning) {

  private static final Logger LOG = LoggerFactory.getLogger(Crossing.class);

  /** Looks at a generation; empty if it is not there or cannot be entered. */
  static Optional<Crossing> find(JournalDirectory directory, long generation)
      throws NewerFormatException {
    try {
      return GenerationFile.beginning(directory.generations().path(generation))
          .map(beginning -> new Crossing(directory, generation, beginning));
    } catch (NewerFormatException e) {
      throw e;
    } catch (IOException e) {
      LOG.debug("A journal generation cannot be entered: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Returns the first of the generations, later than the given one, that can be entered. */
  static Optional<Crossing> firstOf(
      JournalDirectory directory, NavigableSet<Long> generations, long after)
      throws NewerFormatException {
    for (long generation : generations.tailSet(after, false)) {
      Optional<Crossing> crossing = find(directory, generation);
      if (crossing.isPresent()) {
        return crossing;
      }
    }
    return Optional.empty();
  }

  /** Returns the position before its first record. */
  JournalPosition start() {
    return new JournalPosition(generation, first() - 1);
  }

  long first() {
    return beginning.first();
  }

  /** Returns why records are missing between the position and this generation, if any may be. */
  Optional<String> gapAfter(JournalPosition position) {
    long missing = position.sequence() + 1;
    if (beginning.first() == missing && follows(position)) {
      return beginning.before().provable()
          ? Optional.empty()
          : Optional.of("records may be missing after " + position.sequence() + ends());
    }
    String which =
        missing < beginning.first()
            ? "records " + missing + " to " + (beginning.first() - 1)
            : "records after " + position.sequence();
    if (Retention.lastDropped(directory) >= position.generation()
        && !directory.generations().exists(position.generation())) {
      return Optional.of(which + " were dropped unread: the journal had reached its size limit");
    }
    return Optional.of(which + " are missing from the journal" + ends());
  }

  /**
   * Generations are numbered one by one, and each has a record: one further on is of another
   * journal, even if its records are numbered as if they followed. The origin is before any.
   */
  private boolean follows(JournalPosition position) {
    return generation == position.generation() + 1 || position.equals(JournalPosition.ORIGIN);
  }

  private String ends() {
    return switch (beginning.before()) {
      case UNCLEAN_BOOT -> ": the machine stopped without a clean end";
      case DAMAGED -> ": a part of it could not be read or written";
      case ROTATED, CLOSED, KILLED -> "";
    };
  }
}
