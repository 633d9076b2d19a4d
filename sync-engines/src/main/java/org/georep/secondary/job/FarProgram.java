package org.georep.secondary.job;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command lines of the far programs. They are fixed but for what {@link #rsync} takes from a
 * line after strict checks: no command line that arrives is ever run.
 */
final class FarProgram {
  private static final Pattern RSYNC_LINE =
      Pattern.compile("rsync ([1-9][0-9]{0,4}) (plain|sparse) ([.A-Za-z0-9]{0,40})");

  private FarProgram() {}

  /**
   * GNU tar, extracting plain files into its working directory. Neither owner, mode nor time of
   * anything is taken over; nested names are left out, which a job never has.
   */
  static List<String> tar() {
    return List.of(
        "tar",
        "--extract",
        "--file=-",
        "--read-full-records",
        "--blocking-factor=128",
        "--no-same-owner",
        "--no-same-permissions",
        "--touch",
        "--no-overwrite-dir",
        "--wildcards",
        "--exclude=*/*",
        "--warning=no-timestamp",
        "--quoting-style=escape");
  }

  /**
   * rsync's receiving end, writing into its working directory, with the secondary's tree as basis.
   * The arguments are those that rsync 3.1 to 3.5 ask for when they run with the options of the
   * near end.
   *
   * @param line {@code rsync SECONDS plain|sparse ABILITIES}; the abilities are the letters that
   *     the near rsync puts behind {@code e} in its short options, and can mean nothing else there
   * @param basis the secondary's root
   * @throws IllegalArgumentException if the line is anything else
   */
  static List<String> rsync(String line, String basis) {
    Matcher matcher = RSYNC_LINE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("the line for rsync is malformed");
    }
    List<String> command = new ArrayList<>(List.of("rsync", "--server"));
    String sparse = matcher.group(2).equals("sparse") ? "S" : "";
    String abilities = matcher.group(3).isEmpty() ? "" : "e" + matcher.group(3);
    command.add("-tIR" + sparse + abilities);
    command.add("--timeout=" + matcher.group(1));
    command.add("--stats");
    command.add("--numeric-ids");
    command.add("--copy-dest");
    command.add(basis);
    command.add("--no-implied-dirs");
    command.add(".");
    command.add(".");
    return List.copyOf(command);
  }
}
