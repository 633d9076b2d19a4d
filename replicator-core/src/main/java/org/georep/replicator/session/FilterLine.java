package org.georep.replicator.session;

import com.google.errorprone.annotations.Immutable;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import org.georep.name.Shown;

/**
 * One rule of a session's filter, in rsync's pattern language, as it was given. Which names it
 * means is decided in {@code org.georep.replicator.plan}.
 */
@Immutable
public final class FilterLine {
  /** What a rule does with a name it matches first. */
  public enum Action {
    INCLUDE("+"),
    EXCLUDE("-"),
    /** Forgets all rules before it; has no pattern. */
    CLEAR("!");

    private final String sign;

    Action(String sign) {
      this.sign = sign;
    }
  }

  private final Action action;

  @SuppressWarnings("Immutable") // never handed out or changed
  private final byte[] pattern;

  /**
   * Makes one of a copy of the pattern.
   *
   * @throws IllegalArgumentException if the pattern is empty, or holds NUL, or CLEAR has one
   */
  public FilterLine(Action action, byte[] pattern) {
    this.action = Objects.requireNonNull(action, "action is null");
    this.pattern = pattern.clone();
    if ((action == Action.CLEAR) != (pattern.length == 0)) {
      throw new IllegalArgumentException("a pattern is needed, except after '!'");
    }
    for (byte b : pattern) {
      if (b == 0) {
        throw new IllegalArgumentException("a pattern holds no NUL");
      }
    }
  }

  /**
   * Parses what rsync's {@code --exclude} and {@code --include} take: a pattern, or one led by
   * {@code "+ "} or {@code "- "} that says itself what it does, or {@code !} alone.
   *
   * @param otherwise what a pattern without a sign does
   * @throws IllegalArgumentException if there is no pattern
   */
  public static FilterLine parse(byte[] text, Action otherwise) {
    if (text.length == 1 && text[0] == '!') {
      return new FilterLine(Action.CLEAR, new byte[0]);
    }
    if (text.length >= 2 && text[1] == ' ' && (text[0] == '+' || text[0] == '-')) {
      return new FilterLine(
          text[0] == '+' ? Action.INCLUDE : Action.EXCLUDE,
          Arrays.copyOfRange(text, 2, text.length));
    }
    return new FilterLine(otherwise, text);
  }

  /**
   * Parses what {@link #toText} wrote.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  public static FilterLine parseText(String text) {
    for (Action action : Action.values()) {
      if (action == Action.CLEAR ? text.equals("!") : text.startsWith(action.sign + " ")) {
        return new FilterLine(action, ByteText.bytes(text.substring(Math.min(2, text.length()))));
      }
      if (action != Action.CLEAR && text.startsWith(action.sign + "= ")) {
        return new FilterLine(action, Base64.getDecoder().decode(text.substring(3)));
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is no filter rule; write '- PATTERN' to exclude, '+ PATTERN' to include");
  }

  /** Returns what it does. */
  public Action action() {
    return action;
  }

  /** Returns a copy of the pattern; empty for CLEAR. */
  public byte[] pattern() {
    return pattern.clone();
  }

  /**
   * Returns it as text: {@code - PATTERN} or {@code + PATTERN}, {@code !}; a pattern that is not
   * UTF-8 in base64, after {@code -=} or {@code +=}.
   */
  public String toText() {
    if (action == Action.CLEAR) {
      return action.sign;
    }
    return ByteText.isPlain(pattern)
        ? action.sign + " " + ByteText.of(pattern)
        : action.sign + "= " + Base64.getEncoder().encodeToString(pattern);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FilterLine line
        && action == line.action
        && Arrays.equals(pattern, line.pattern);
  }

  @Override
  public int hashCode() {
    return 31 * action.hashCode() + Arrays.hashCode(pattern);
  }

  @Override
  public String toString() {
    return action.sign + " " + Shown.of(pattern);
  }
}
