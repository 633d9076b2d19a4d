package org.georep.replicator.inspect.bundle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Leaves out of a text what opens something: what is known to be secret here, wherever it stands,
 * and what has the form of a secret. It leaves out rather too much: a word too few in a bug report
 * is asked for, a key too many is not taken back. For one thread.
 */
final class Secrets {
  private static final String MASK = "***";

  /** A shorter one would be found inside ordinary words. */
  private static final int SHORTEST = 8;

  private static final String PEM = "-----(BEGIN|END) [A-Z0-9 ]*PRIVATE KEY[A-Z0-9 ]*-----";
  private static final Pattern KEY =
      Pattern.compile(
          "-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z0-9 ]*-----.*?"
              + "(?:-----END [A-Z0-9 ]*PRIVATE KEY[A-Z0-9 ]*-----|\\z)",
          Pattern.DOTALL);

  /** Of a text whose beginning is cut off. */
  private static final Pattern KEY_CUT =
      Pattern.compile(
          "\\A(?:(?!" + PEM + ").)*-----END [A-Z0-9 ]*PRIVATE KEY[A-Z0-9 ]*-----", Pattern.DOTALL);

  private static final Pattern USER =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://([^\\s/@\"'<>]*)@");
  private static final Pattern QUERY =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://[^\\s?#\"'<>]*[?#])[^\\s\"'<>]+");
  private static final Pattern HEARTBEAT =
      Pattern.compile("(heartbeat[-_]url\\W{1,5}[a-z]+://[^\\s/\"'?#]+)[^\\s\"']*");
  private static final String WORD =
      "(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|credentials?"
          + "|authorization|private[_-]?key|cookie)";

  /** The sign may be that of a command line, of YAML, of JSON or of JSON within JSON. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)("
              + WORD
              + "[\\w.-]{0,30}\\\\?[\"']?\\s*[:=]\\s*)"
              + "(?:(\\\\?\")(?:[^\"\\\\]|\\\\(?!\"))*|(')[^']*"
              + "|(?:(?:bearer|basic)\\s+)?[^\\s\"',;&}\\]\\\\]+)");

  private static final Pattern OPTION =
      Pattern.compile("(?i)(--?[\\w-]*" + WORD + "[\\w-]*\\s+[\"']?)[^\\s\"']+");
  private static final Pattern BEARER =
      Pattern.compile("(?i)\\b(bearer|basic)(\\s+)[A-Za-z0-9._~+/=-]{8,}");
  private static final Pattern KNOWN_FORMS =
      Pattern.compile(
          "\\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\\w{20,}|glpat-[\\w-]{16,}"
              + "|xox[abeoprs]-[\\w-]{8,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|sk-[\\w-]{16,}"
              + "|eyJ[\\w-]{8,}\\.[\\w-]+\\.[\\w-]*)");

  private final Set<String> known =
      new TreeSet<>(
          Comparator.comparingInt(String::length)
              .reversed()
              .thenComparing(Comparator.naturalOrder()));

  Secrets() {}

  /** Learns one that is to be left out wherever it stands; one that is too short is passed over. */
  void learn(String secret) {
    String text = secret.strip();
    if (text.length() >= SHORTEST) {
      known.add(text);
    }
  }

  /** Learns what a file of a key or token holds, line by line. */
  void learnLines(String contents) {
    contents.lines().filter(line -> !line.startsWith("-----")).forEach(this::learn);
  }

  /** Returns the text without them. */
  String mask(String text) {
    String masked = text;
    for (String secret : known) {
      masked = masked.replace(secret, MASK);
    }
    masked = KEY_CUT.matcher(masked).replaceFirst(MASK);
    masked = KEY.matcher(masked).replaceAll(MASK);
    masked = HEARTBEAT.matcher(masked).replaceAll("$1/" + MASK);
    masked =
        USER.matcher(masked)
            .replaceAll(
                found ->
                    Matcher.quoteReplacement(
                        found.group(1) + "://" + login(found.group(1), found.group(2)) + "@"));
    masked = QUERY.matcher(masked).replaceAll("$1" + MASK);
    masked = NAMED.matcher(masked).replaceAll("$1$2$3" + MASK);
    masked = OPTION.matcher(masked).replaceAll("$1" + MASK);
    masked = BEARER.matcher(masked).replaceAll("$1$2" + MASK);
    return KNOWN_FORMS.matcher(masked).replaceAll(MASK);
  }

  /** A login name for ssh says who; in an address of the web it may be a token. */
  private static String login(String scheme, String login) {
    int colon = login.indexOf(':');
    if (!scheme.equals("ssh")) {
      return MASK;
    }
    return colon < 0 ? login : login.substring(0, colon) + ":" + MASK;
  }

  /**
   * Returns a session's configuration without what its hook's words, which are anybody's, may hold.
   */
  static String maskHook(String yaml) {
    List<String> lines = new ArrayList<>();
    int words = -1;
    for (String line : yaml.lines().toList()) {
      if (line.startsWith("hook:")) {
        words = 0;
        lines.add(line.strip().equals("hook:") || line.endsWith("[]") ? line : "hook: " + MASK);
      } else if (words >= 0 && line.strip().startsWith("-")) {
        lines.add(words++ == 0 ? line : "- " + MASK);
      } else {
        // What belongs to a word of several lines is indented.
        boolean more = words >= 0 && line.startsWith(" ");
        if (!more) {
          words = -1;
          lines.add(line);
        }
      }
    }
    return String.join("\n", lines) + "\n";
  }
}
