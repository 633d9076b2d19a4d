package org.georep.replicator.session;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.name.Shown;
import org.georep.posix.RawPath;

/**
 * A file of exclude rules, as rsync's {@code --exclude-from}: one on a line, of any bytes; empty
 * lines and those that begin with {@code #} or {@code ;} say nothing.
 */
public final class FilterFile {
  private FilterFile() {}

  /**
   * Reads the rules.
   *
   * @throws GeorepException if the file cannot be read or a line is no rule
   */
  public static List<FilterLine> read(Path file) throws GeorepException {
    try {
      return parse(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new GeorepException(
          ExitCode.ERROR,
          "The file of exclude rules "
              + Shown.of(RawPath.toBytes(file))
              + " cannot be read. Check the path given with --exclude-from.",
          e);
    } catch (IllegalArgumentException e) {
      throw new GeorepException(
          ExitCode.ERROR,
          Shown.of(RawPath.toBytes(file)) + " is no file of exclude rules: " + e.getMessage(),
          e);
    }
  }

  static List<FilterLine> parse(byte[] bytes) {
    List<FilterLine> rules = new ArrayList<>();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int i = 0; i <= bytes.length; i++) {
      if (i < bytes.length && bytes[i] != '\n' && bytes[i] != '\r') {
        line.write(bytes[i]);
        continue;
      }
      byte[] text = line.toByteArray();
      line.reset();
      if (text.length > 0 && text[0] != '#' && text[0] != ';') {
        rules.add(FilterLine.parse(text, FilterLine.Action.EXCLUDE));
      }
    }
    return rules;
  }
}
