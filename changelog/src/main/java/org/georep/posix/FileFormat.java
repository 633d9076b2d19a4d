package org.georep.posix;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.name.Shown;

/**
 * Which formats of one kind of file this version reads. A file of a newer one is refused in one
 * shape of sentence, whatever it is; it is never taken for damaged, missing or ours, and nothing of
 * it is changed. Immutable.
 *
 * @param oldest the oldest that is read, at least 1
 * @param newest the newest that is read, which is the one that is written
 * @param anew what to do where the version that wrote it is not to be had, as the end of a sentence
 */
public record FileFormat(int oldest, int newest, String anew) {
  /** A file of one plain value says its format from the second on, as its first line. */
  private static final Pattern PLAIN = Pattern.compile("^format=([0-9]{1,9})(\\s|$)");

  private static final int LONGEST_LINE = 32;

  /** Checks its parts. */
  public FileFormat {
    Objects.requireNonNull(anew, "anew is null");
    if (oldest < 1 || newest < oldest) {
      throw new IllegalArgumentException("no formats: " + oldest + " to " + newest);
    }
  }

  /** That of a file whose format was never changed: 1. */
  public static FileFormat first(String anew) {
    return new FileFormat(1, 1, anew);
  }

  /**
   * Returns whether a file of this format is read. One that says none, or one older than all that
   * are read, is not: what that means is for the caller to know.
   *
   * @param file as people know it
   * @param found what the file says
   * @throws NewerFormatException if it is of a newer one
   */
  public boolean reads(String file, long found) throws NewerFormatException {
    if (found > newest) {
      throw new NewerFormatException(
          file
              + " has format "
              + found
              + ", and this version of georep reads "
              + (oldest == newest ? "format " + newest : "formats " + oldest + " to " + newest)
              + ". Install the version of georep that wrote it; or "
              + anew);
    }
    return found >= oldest;
  }

  /** As {@link #reads(String, long)}, for a file that has a path here. */
  public boolean reads(Path file, long found) throws NewerFormatException {
    return reads(Shown.of(RawPath.toBytes(file)), found);
  }

  /**
   * Checks a file of one plain value, such as a number: it has no place for a format, so that one
   * of a later format begins with a line {@code format=N}.
   *
   * @throws NewerFormatException if it is of a newer one
   */
  public void checkPlain(String file, byte[] content) throws NewerFormatException {
    String begin =
        new String(content, 0, Math.min(content.length, LONGEST_LINE), StandardCharsets.ISO_8859_1);
    Matcher line = PLAIN.matcher(begin);
    if (line.find()) {
      reads(file, Long.parseLong(line.group(1)));
    }
  }

  /** As {@link #checkPlain(String, byte[])}, for a file that has a path here. */
  public void checkPlain(Path file, byte[] content) throws NewerFormatException {
    checkPlain(Shown.of(RawPath.toBytes(file)), content);
  }
}
