package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which finished generations are kept: those that some reader has not acknowledged to their end, as
 * long as all of them fit beneath the cap. What the cap drops unread is recorded before it is
 * deleted, so that its readers can say why they miss it. For the writer; not thread-safe.
 */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final String KIND = "georep journal dropped 1";

  private final JournalDirectory directory;
  private final NavigableMap<Long, GenerationFile.End> finished = new TreeMap<>();

  Retention(JournalDirectory directory) throws IOException {
    this.directory = directory;
    Generations generations = directory.generations();
    for (long generation : generations.list()) {
      finished.put(generation, endOf(generation));
    }
  }

  private GenerationFile.End endOf(long generation) {
    Generations generations = directory.generations();
    try {
      Optional<GenerationFile.End> end = GenerationFile.end(generations.path(generation));
      if (end.isPresent()) {
        return end.get();
      }
    } catch (IOException e) {
      LOG.warn("The end of a journal generation cannot be read: {}", e.getMessage());
    }
    // Unknown: needed by every reader that is not in a later one.
    return new GenerationFile.End(Long.MAX_VALUE, generations.bytes(generation), Ending.DAMAGED);
  }

  void finished(long generation, GenerationFile.End end) {
    finished.put(generation, end);
  }

  long bytes() {
    return finished.values().stream().mapToLong(GenerationFile.End::bytes).sum();
  }

  /**
   * Deletes what no reader needs, then the oldest of the rest while they take more than given. One
   * that cannot be deleted keeps none of the others.
   *
   * @param keep how many of the newest are kept in any case
   * @throws IOException the first failure, after all was tried
   */
  void apply(long capBytes, int keep) throws IOException {
    List<JournalPosition> positions = positions();
    List<Long> oldestFirst = List.copyOf(finished.keySet());
    IOException failure = null;
    for (Long each : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - keep))) {
      GenerationFile.End end = Objects.requireNonNull(finished.get(each), "it is there");
      boolean needed = positions.stream().anyMatch(p -> needs(p, each, end));
      if (needed && bytes() <= capBytes) {
        break;
      }
      try {
        if (needed) {
          recordDropped(each, end);
          JournalFailpoint.DROP_RECORDED.reached();
        }
        directory.generations().delete(each);
        finished.remove(each);
      } catch (IOException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static boolean needs(JournalPosition at, long generation, GenerationFile.End end) {
    return at.generation() < generation
        || (at.generation() == generation && at.sequence() < end.last());
  }

  private List<JournalPosition> positions() throws IOException {
    List<JournalPosition> positions = new ArrayList<>();
    for (String reader : directory.readers()) {
      try {
        directory.acknowledged(reader).ifPresent(positions::add);
      } catch (IOException e) {
        LOG.warn("The position of a journal reader cannot be read: {}", e.getMessage());
        positions.add(JournalPosition.ORIGIN);
      }
    }
    return positions;
  }

  private void recordDropped(long generation, GenerationFile.End end) throws IOException {
    LOG.warn(
        "The journal {} is at its size limit: dropping records up to {} that were not read yet",
        directory,
        end.last());
    DurableProperties.write(
        file(directory),
        KIND,
        Map.of("generation", Long.toString(generation), "last", Long.toString(end.last())));
  }

  /** Reads what was recorded, if anything was, for its format's sake. */
  static void checkFormat(JournalDirectory directory) throws IOException {
    DurableProperties.read(file(directory), KIND);
  }

  /** Returns the last generation that was dropped unread, 0 if none was. For readers. */
  static long lastDropped(JournalDirectory directory) {
    Path file = file(directory);
    try {
      Optional<Map<String, String>> values = DurableProperties.read(file, KIND);
      return values.isPresent() ? DurableProperties.number(values.get(), "generation", file) : 0;
    } catch (IOException e) {
      return 0; // it only words the reason
    }
  }

  private static Path file(JournalDirectory directory) {
    return directory.path().resolve("dropped");
  }
}
