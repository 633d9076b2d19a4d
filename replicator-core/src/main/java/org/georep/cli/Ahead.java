package org.georep.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.changelog.capture.fanotify.MarkAhead;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.replicator.session.ByteText;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.Span;
import org.georep.replicator.worker.LinkAhead;

/**
 * What a verb will most likely need, begun while its command line is still being read, which takes
 * as long as Java's own start: the calls into the kernel bound, the volume marked, the secondary's
 * host called. The parser knows better, later: what was meant otherwise, nobody takes.
 */
final class Ahead {
  private static final String DRY_RUN = "--dry-run";
  private static final String ALL_ARE_WORDS = "--";

  private Ahead() {}

  /** Where a session's link leads, and how. */
  record Way(SecondaryAddress secondary, LinkOptions options) {}

  /** Begins it, in a thread of its own. */
  static void begin(String... arguments) {
    String verb = Verbs.named(List.of(arguments));
    if (List.of("replicate", "worker", "capture").contains(verb)) {
      Thread thread = new Thread(() -> begin(verb, arguments), "ahead");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Ends what nobody took. */
  static void end() {
    LinkAhead.ofProcess().drop();
  }

  private static void begin(String verb, String... arguments) {
    try {
      Libc libc = NativeLibc.instance();
      if (verb.equals("worker")) {
        return;
      }
      List<String> words = List.of(RawArguments.recover(arguments));
      if (words.stream().noneMatch(word -> word.startsWith(DRY_RUN))) {
        for (String volume : volumes(words)) {
          MarkAhead.ofProcess().set(libc, ByteText.bytes(volume));
        }
      }
      if (verb.equals("replicate")) {
        way(words).ifPresent(way -> LinkAhead.ofProcess().begin(way.secondary(), way.options()));
      }
    } catch (RuntimeException | LinkageError e) {
      return; // who needs it is told why it cannot be had
    }
  }

  /** The words that can be a directory; the first that is one is marked. */
  private static List<String> volumes(List<String> words) {
    List<String> volumes = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      if (canBeVolume(words, i)) {
        volumes.add(words.get(i));
      }
    }
    return volumes;
  }

  private static boolean canBeVolume(List<String> words, int at) {
    String word = words.get(at);
    boolean value = at > 0 && words.get(at - 1).equals(Verbs.STATE_DIRECTORY);
    return !value && word.contains("/") && !word.startsWith("-");
  }

  /** The way to the host that the word behind the volume names, if both can be nothing else. */
  static Optional<Way> way(List<String> words) {
    if (words.contains(ALL_ARE_WORDS)) {
      return Optional.empty();
    }
    for (int i = 0; i + 1 < words.size(); i++) {
      if (canBeVolume(words, i) && Files.isDirectory(Path.of(words.get(i)))) {
        String next = words.get(i + 1);
        return next.startsWith("-") ? Optional.empty() : way(next, words);
      }
    }
    return Optional.empty();
  }

  private static Optional<Way> way(String secondary, List<String> words) {
    SecondaryAddress address = SecondaryAddress.parse(ByteText.bytes(secondary));
    if (!(address instanceof SecondaryAddress.Ssh)) {
      return Optional.empty();
    }
    List<String> timeouts = values(words, "--timeout");
    Duration timeout =
        timeouts.isEmpty() ? Settings.DEFAULTS.timeout() : Span.parse(timeouts.get(0));
    return Optional.of(
        new Way(
            address,
            new LinkOptions(
                values(words, "--ssh-option"),
                values(words, "--ssh-key").stream().findFirst().map(Path::of),
                values(words, "--agent-command").stream().findFirst(),
                timeout)));
  }

  /** The values of an option, each as a word of its own or behind an equals sign. */
  private static List<String> values(List<String> words, String option) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equals(option) && i + 1 < words.size()) {
        values.add(words.get(i + 1));
      } else if (words.get(i).startsWith(option + "=")) {
        values.add(words.get(i).substring(option.length() + 1));
      }
    }
    return values;
  }
}
