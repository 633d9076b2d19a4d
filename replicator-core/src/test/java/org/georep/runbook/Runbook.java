package org.georep.runbook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.georep.testing.Program;

/**
 * A page of the runbooks: what it says is to be typed, and on which host. What is to be typed
 * stands in fenced blocks; a block is found by the words before it.
 */
final class Runbook {
  private static final Path PAGES = Path.of("../deploy/runbooks");
  private static final String INDEX = "README.md";
  private static final String FENCE = "```";
  private static final String ON = "# on ";
  private static final Pattern SPAN = Pattern.compile("`([^`]+)`");

  private final String name;
  private final StringBuilder prose = new StringBuilder();
  private final Map<String, List<Command>> blocks = new LinkedHashMap<>();

  /**
   * A line to be typed.
   *
   * @param host where, as the page calls it
   */
  record Command(String page, int line, String host, String text) {
    @Override
    public String toString() {
      return page + ":" + line + ", on " + host + ": " + text;
    }
  }

  private Runbook(String name) {
    this.name = name;
  }

  /** Returns the pages there are. */
  static List<String> names() {
    try (Stream<Path> all = Files.list(PAGES)) {
      return all.map(page -> page.getFileName().toString())
          .filter(page -> !page.equals(INDEX))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the page that lists them. */
  static String index() {
    try {
      return Files.readString(PAGES.resolve(INDEX));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Runbook read(String name) {
    Runbook page = new Runbook(name);
    try {
      page.parse(Files.readAllLines(PAGES.resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return page;
  }

  private void parse(List<String> lines) {
    StringBuilder before = new StringBuilder();
    List<Command> block = null;
    String host = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith(FENCE)) {
        if (block == null) {
          block = new ArrayList<>();
          host = "";
        } else {
          blocks.put(before.toString(), block);
          before.setLength(0);
          block = null;
        }
      } else if (block == null) {
        before.append(line).append(' ');
        prose.append(line).append(' ');
      } else if (line.startsWith(ON)) {
        host = line.substring(ON.length());
      } else if (!line.isBlank()) {
        if (host.isEmpty()) {
          throw new AssertionError(name + ":" + (i + 1) + " does not say on which host: " + line);
        }
        block.add(new Command(name, i + 1, host, line));
      }
    }
    if (block != null) {
      throw new AssertionError(name + " has a block that does not end");
    }
  }

  /** Returns all that is to be typed, in order. */
  List<Command> commands() {
    return blocks.values().stream().flatMap(List::stream).toList();
  }

  /** Returns the block that these words, and no other block, come right before. */
  List<Command> after(String words) {
    List<List<Command>> found =
        blocks.entrySet().stream()
            .filter(block -> block.getKey().contains(words))
            .map(Map.Entry::getValue)
            .toList();
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " blocks of " + name + " come after: " + words);
    }
    return found.get(0);
  }

  /**
   * Returns what stands between the blocks and could be typed as it is; the name of a verb alone,
   * {@code georep promote}, only names it.
   */
  List<String> commandsInProse() {
    return SPAN.matcher(prose)
        .results()
        .map(span -> span.group(1))
        .filter(Runbook::namesAProgram)
        .toList();
  }

  private static boolean namesAProgram(String span) {
    String[] words = span.split(" ", -1);
    return words[0].equals("georep")
        ? words.length > 2
        : words.length > 1 && Program.find(words[0]).isPresent();
  }
}
