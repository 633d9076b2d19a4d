package org.georep.replicator.session;

import com.google.errorprone.annotations.Immutable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.georep.connection.SecondaryAddress;

/**
 * A session's name: 1 to {@value #MAX_LENGTH} of the characters {@code A-Z a-z 0-9 . _ -}, the
 * first a letter or digit; so it is a safe file name. {@code journal} is taken.
 */
@Immutable
public record SessionName(String text) implements Comparable<SessionName> {
  /** The longest name, in characters. */
  public static final int MAX_LENGTH = 80;

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final String RESERVED = "journal";
  private static final int PART = 24;

  /** Checks it. */
  public SessionName {
    if (!isName(text)) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no session name; use 1 to 80 letters, digits, '.', '_' and '-', beginning"
              + " with a letter or digit, but not 'journal'");
    }
  }

  /** Returns whether the text can be a session's name. */
  public static boolean isName(String text) {
    return text.length() <= MAX_LENGTH && FORM.matcher(text).matches() && !text.equals(RESERVED);
  }

  /**
   * Makes the name a session has when none is given: from both ends, readable at the front, told
   * apart by a digest at the end. The same two ends always give the same name.
   *
   * @param primary the primary's real path
   */
  public static SessionName between(byte[] primary, SecondaryAddress secondary) {
    String host = secondary instanceof SecondaryAddress.Ssh ssh ? readable(ssh.host()) + "-" : "";
    byte[] digest = digest(primary, AddressBytes.of(secondary));
    return new SessionName(
        lastPart(primary)
            + "-to-"
            + host
            + lastPart(secondary.directory())
            + "-"
            + HexFormat.of().formatHex(digest, 0, 4));
  }

  private static byte[] digest(byte[] primary, byte[] secondary) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(primary);
      sha.update((byte) 0);
      return sha.digest(secondary);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  private static String lastPart(byte[] path) {
    int end = path.length;
    while (end > 0 && path[end - 1] == '/') {
      end--;
    }
    int start = end;
    while (start > 0 && path[start - 1] != '/') {
      start--;
    }
    String part = new String(Arrays.copyOfRange(path, start, end), StandardCharsets.ISO_8859_1);
    return end == 0 ? "root" : readable(part);
  }

  private static String readable(String text) {
    String safe = text.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
    safe = safe.substring(0, Math.min(PART, safe.length()));
    return safe.isEmpty() ? "x" : safe;
  }

  @Override
  public int compareTo(SessionName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
