package org.georep.posix;

import java.io.IOException;

/**
 * A file was written in a format that this version does not know. The message names the file, its
 * format and the formats that are read, and says what to do next, see {@link FileFormat}.
 */
public final class NewerFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes one with a sentence for people. */
  public NewerFormatException(String sentence) {
    super(sentence);
  }
}
