package org.georep.replicator.session;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.protocol.MinFree;

/**
 * How a {@link MinFree} is written: as a share of the file system ({@code 1%}, {@code 2.5%}) or as
 * a {@link Size} ({@code 10GiB}); {@code 0} for none.
 */
public final class FreeSpace {
  private static final Pattern SHARE = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,2})?) ?%");

  private FreeSpace() {}

  /**
   * Parses one.
   *
   * @throws IllegalArgumentException if it is none; the message says what one looks like
   */
  public static MinFree parse(String text) {
    Matcher share = SHARE.matcher(text.strip());
    try {
      return share.matches()
          ? new MinFree(0, new BigDecimal(share.group(1)).movePointRight(2).intValueExact())
          : new MinFree(Size.parse(text).bytes(), 0);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no free space; write a share like 1% (up to 100%) or a size like 10GiB",
          e);
    }
  }

  /** Returns the form that {@link #parse} takes. */
  public static String format(MinFree free) {
    return free.tenThousandths() > 0
        ? BigDecimal.valueOf(free.tenThousandths(), 2).stripTrailingZeros().toPlainString() + "%"
        : new Size(free.bytes()).toString();
  }
}
