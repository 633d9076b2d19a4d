package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.NavigableSet;
import java.util.Optional;
import org.georep.posix.NewerFormatException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the writer before left: where numbering goes on and whether records may be missing. If it
 * could not write down how it ended, that is found out and written down here.
 *
 * @param generation the highest generation known of; if none is, a number that no journal had that
 *     was here before and was removed, by the time: a reader may still hold a position in that one
 * @param last the highest sequence number known of, 0 if none
 * @param ending how it ended
 */
record LastRun(long generation, long last, Ending ending) {
  private static final Logger LOG = LoggerFactory.getLogger(LastRun.class);

  static LastRun examine(JournalDirectory directory, Head head, String bootId, Clock clock)
      throws IOException {
    // A number that a reader may have seen is never given again.
    long last = head.last();
    long generation = 0;
    for (String reader : directory.readers()) {
      try {
        JournalPosition at = directory.acknowledged(reader).orElse(JournalPosition.ORIGIN);
        last = Math.max(last, at.sequence());
        generation = Math.max(generation, at.generation());
      } catch (IOException e) {
        LOG.warn("The position of a journal reader cannot be read: {}", e.getMessage());
      }
    }
    NavigableSet<Long> generations = directory.generations().list();
    if (generations.isEmpty()) {
      boolean anew = last == 0 && generation == 0;
      return new LastRun(
          generation == 0 ? Math.max(0, clock.millis()) : generation,
          last,
          anew ? Ending.CLOSED : Ending.DAMAGED);
    }
    long newest = generations.last();
    GenerationFile.End end = end(directory.generations().path(newest), head.last(), bootId);
    return new LastRun(Math.max(generation, newest), Math.max(last, end.last()), end.how());
  }

  private static GenerationFile.End end(Path newest, long headLast, String bootId)
      throws IOException {
    try {
      Optional<GenerationFile.End> known = GenerationFile.end(newest);
      if (known.isPresent()) {
        return known.get();
      }
    } catch (IOException e) {
      LOG.warn("The end of a journal generation cannot be read: {}", e.getMessage());
    }
    GenerationFile.End found = find(newest, headLast, bootId);
    GenerationFile.write(newest, found);
    return found;
  }

  private static GenerationFile.End find(Path newest, long headLast, String bootId)
      throws NewerFormatException {
    try {
      GenerationFile.Beginning beginning =
          GenerationFile.beginning(newest)
              .orElseThrow(() -> new IOException(newest + " has no beginning"));
      try (GenerationReader reader = new GenerationReader(newest, beginning.first() - 1)) {
        reader.readToEnd();
        long last = reader.sequence();
        Ending how = last >= headLast ? Ending.KILLED : Ending.DAMAGED;
        if (!beginning.bootId().equals(bootId)) {
          how = Ending.UNCLEAN_BOOT;
        }
        return new GenerationFile.End(last, reader.bytes(), how);
      }
    } catch (NewerFormatException e) {
      throw e;
    } catch (IOException e) {
      LOG.warn("A journal generation cannot be read: {}", e.getMessage());
      return new GenerationFile.End(headLast, 0, Ending.DAMAGED);
    }
  }
}
