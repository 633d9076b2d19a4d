package org.georep.replicator.quarantine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which entries somebody means: those of some paths, written as {@code quarantine list} shows them,
 * or all. Immutable.
 */
public final class QuarantineSelection implements Predicate<QuarantineEntry> {
  private static final String PATHS = "paths";

  private final Set<String> paths;

  private QuarantineSelection(Set<String> paths) {
    this.paths = Set.copyOf(paths);
  }

  /** Selects these paths; all entries if there are none. */
  public static QuarantineSelection of(List<String> paths) {
    return new QuarantineSelection(new HashSet<>(paths));
  }

  /** Reads what {@link #toRequest} wrote. */
  public static QuarantineSelection ofRequest(JsonNode request) {
    Set<String> paths = new HashSet<>();
    request.path(PATHS).forEach(path -> paths.add(path.asText()));
    return new QuarantineSelection(paths);
  }

  /** Returns it as a request to a running session. */
  public ObjectNode toRequest(String operation) {
    ObjectNode request = JsonNodeFactory.instance.objectNode().put("op", operation);
    paths.forEach(request.putArray(PATHS)::add);
    return request;
  }

  @Override
  public boolean test(QuarantineEntry entry) {
    return paths.isEmpty()
        || entry.failure().path().filter(path -> paths.contains(path.toString())).isPresent();
  }
}
