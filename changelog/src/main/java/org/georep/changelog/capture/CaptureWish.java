package org.georep.changelog.capture;

import java.util.Locale;

/** What the user asked for with {@code --capture}. */
public enum CaptureWish {
  /** Whatever works best here. */
  AUTO,
  /** fanotify, or an error. */
  FANOTIFY,
  /** inotify, or an error. */
  INOTIFY,
  /** No capture: crawls alone find changes. */
  NONE;

  /**
   * Parses the option's value.
   *
   * @throws IllegalArgumentException if it is none of the four
   */
  public static CaptureWish parse(String text) {
    for (CaptureWish wish : values()) {
      if (wish.toString().equals(text)) {
        return wish;
      }
    }
    throw new IllegalArgumentException(
        "capture is auto, fanotify, inotify or none, not '" + text + "'");
  }

  /** Returns the option's value. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
