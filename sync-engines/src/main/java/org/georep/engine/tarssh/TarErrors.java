package org.georep.engine.tarssh;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.engine.Outcome;
import org.georep.posix.Errno;

/**
 * What GNU tar, in the C locale, wrote to standard error while it extracted, read for the files it
 * concerns. Members have plain numbers for names, so a line cannot pretend to be another.
 */
final class TarErrors {
  /** A channel keeps the last 64 KiB only: of longer ones the beginning is unknown. */
  private static final int MOST = 63 * 1024;

  private static final Pattern MEMBER = Pattern.compile("(?:\\S*/)?tar: (\\d{1,9}): (.*)");
  private static final Pattern TRAILER =
      Pattern.compile(
          "(?:\\S*/)?tar: (?:Exiting with failure status due to previous errors"
              + "|Error exit delayed from previous errors\\.?"
              + "|Skipping to next header)");
  private static final Pattern CUT =
      Pattern.compile(
          "(?:\\S*/)?tar: (?:Unexpected EOF in archive"
              + "|A lone zero block at \\d+"
              + "|rmtlseek not stopped at a record boundary"
              + "|Error is not recoverable: exiting now)");

  /** What tar says last; only then is what it said before all there. */
  private static final Pattern LAST =
      Pattern.compile(
          "(?:\\S*/)?tar: (?:Exiting with failure status due to previous errors"
              + "|Error exit delayed from previous errors\\.?"
              + "|Error is not recoverable: exiting now)");

  private final Map<Integer, String> members = new HashMap<>();
  private final Optional<String> other;

  private TarErrors(String text, boolean cut) {
    String unknown = text.length() >= MOST ? "more errors than could be kept: " : null;
    for (String line : text.lines().toList()) {
      Matcher member = MEMBER.matcher(line);
      if (member.matches()) {
        members.putIfAbsent(Integer.parseInt(member.group(1)), member.group(2));
        unknown = unknown != null && unknown.endsWith(": ") ? unknown + line : unknown;
      } else if (unknown == null
          && !line.isBlank()
          && !TRAILER.matcher(line).matches()
          && !(cut && CUT.matcher(line).matches())) {
        unknown = line;
      }
    }
    this.other = Optional.ofNullable(unknown);
  }

  /**
   * Reads the text.
   *
   * @param cut whether the stream was ended early on purpose, so that tar will have complained
   */
  static TarErrors parse(String text, boolean cut) {
    return new TarErrors(text, cut);
  }

  /** Returns whether tar has said its last word. */
  static boolean complete(String text) {
    return text.lines().anyMatch(line -> LAST.matcher(line).matches());
  }

  /** Returns the first line that is not about one member, if there is any. */
  Optional<String> other() {
    return other;
  }

  /** Returns what became of the member with this number, if tar complained about it. */
  Optional<Outcome> of(int index) {
    return Optional.ofNullable(members.get(index)).map(TarErrors::outcome);
  }

  private static Outcome outcome(String words) {
    // A write cut short is what a disk that has just become full answers first.
    if (words.contains("Disk quota exceeded")) {
      return new Outcome.Retry(Errno.EDQUOT, "no space left on the secondary: " + words);
    }
    if (words.contains("No space left on device") || words.contains("Wrote only")) {
      return new Outcome.Retry(Errno.ENOSPC, "no space left on the secondary: " + words);
    }
    String reason = "cannot be written on the secondary: " + words;
    if (words.contains("Cannot allocate memory")
        || words.contains("Too many open files")
        || words.contains("Read-only file system")) {
      return new Outcome.Retry(reason);
    }
    if (words.contains("File too large")) {
      return new Outcome.Failed(Errno.EFBIG, reason);
    }
    return new Outcome.Failed(words.contains("Input/output error") ? Errno.EIO : 0, reason);
  }
}
