package org.georep.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.georep.testing.Program;

/**
 * What rsync said of two trees, without its errors about paths that are too long for it: those only
 * the other oracle sees. What it says of all other entries counts.
 *
 * @param differences in words; also any other error
 * @param whole whether no path was too long for it
 */
record RsyncAnswer(List<String> differences, boolean whole) {
  private static final Pattern ITEM =
      Pattern.compile("(\\*deleting  |[<>ch.*][fdLDS][ .+?a-zA-Z]{9}).*");
  private static final Pattern TOO_LONG =
      Pattern.compile(".*(File name too long|path too long|filename overflows max-path len).*");
  private static final Pattern END =
      Pattern.compile("rsync error: .*\\(code 23\\).*|IO error encountered -- .*");
  private static final Pattern ESCAPED = Pattern.compile("\\\\#[0-7]{3}");
  private static final String DELETING = "*deleting ";
  private static final Set<Integer> ENDS = Set.of(0, 23);

  /** Near the limit it lists on one side what it leaves out on the other. */
  private static final int NEAR_THE_LIMIT = 4000;

  RsyncAnswer {
    differences = List.copyOf(differences);
  }

  /** Reads what an itemizing dry run that goes on after errors gave back. */
  static RsyncAnswer of(Program.Result result) {
    List<String> differences = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    boolean whole = true;
    for (String line : result.output().split("\n", -1)) {
      if (ITEM.matcher(line).matches()) {
        if (!line.startsWith(DELETING) || length(line) < NEAR_THE_LIMIT) {
          differences.add("rsync would " + line);
        }
      } else if (TOO_LONG.matcher(line).matches()) {
        whole = false;
      } else if (!line.isBlank() && !END.matcher(line).matches()) {
        errors.add(line);
      }
    }
    boolean explained = result.exitCode() == 0 || !whole;
    if (!errors.isEmpty() || !explained || !ENDS.contains(result.exitCode())) {
      differences.add("rsync cannot compare: exit " + result.exitCode() + " " + errors);
    }
    return new RsyncAnswer(differences, whole);
  }

  private static int length(String line) {
    return ESCAPED.matcher(line.substring(DELETING.length()).strip()).replaceAll("x").length();
  }
}
