package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What is written beside the queue of a generation: how it began, and how it ended. */
final class GenerationFile {
  static final String BEGINNING = "begin";
  static final String END = "end";
  private static final String BEGINNING_KIND = "georep journal generation 1";
  private static final String END_KIND = "georep journal generation end 1";

  private GenerationFile() {}

  /**
   * How a generation began.
   *
   * @param first the number of its first record
   * @param bootId the boot of the machine it is written in
   * @param before how the generation before it ended
   */
  record Beginning(long first, String bootId, Ending before) {}

  /**
   * How a generation ended.
   *
   * @param last the number of its last record
   * @param bytes how many bytes its records take
   * @param how how it came about
   */
  record End(long last, long bytes, Ending how) {}

  static void write(Path generation, Beginning beginning) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("first", Long.toString(beginning.first()));
    values.put("boot", beginning.bootId());
    values.put("before", beginning.before().toString());
    DurableProperties.write(generation.resolve(BEGINNING), BEGINNING_KIND, values);
  }

  static void write(Path generation, End end) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("last", Long.toString(end.last()));
    values.put("bytes", Long.toString(end.bytes()));
    values.put("how", end.how().toString());
    DurableProperties.write(generation.resolve(END), END_KIND, values);
  }

  static Optional<Beginning> beginning(Path generation) throws IOException {
    Path file = generation.resolve(BEGINNING);
    Optional<Map<String, String>> values = DurableProperties.read(file, BEGINNING_KIND);
    if (values.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Beginning(
            DurableProperties.number(values.get(), "first", file),
            DurableProperties.value(values.get(), "boot", file),
            ending(DurableProperties.value(values.get(), "before", file), file)));
  }

  static Optional<End> end(Path generation) throws IOException {
    Path file = generation.resolve(END);
    Optional<Map<String, String>> values = DurableProperties.read(file, END_KIND);
    if (values.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new End(
            DurableProperties.number(values.get(), "last", file),
            DurableProperties.number(values.get(), "bytes", file),
            ending(DurableProperties.value(values.get(), "how", file), file)));
  }

  private static Ending ending(String text, Path file) throws IOException {
    try {
      return Ending.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
  }
}
