package org.georep.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks rsync, in a dry run that compares contents, what it would still do to make the secondary
 * like the primary: nothing, if they are the same. Sees names, types, contents, modes, owners,
 * times to the nanosecond, link groups, devices, ACLs and attributes; not holes, and no path longer
 * than PATH_MAX.
 */
public final class RsyncOracle {
  private RsyncOracle() {}

  /** Skips the test where there is no rsync. */
  public static void assumeAvailable() {
    assumeTrue(Program.find("rsync").isPresent(), "rsync is not installed");
  }

  /** Returns what rsync would do, one itemized line each; empty if the trees are the same. */
  public static List<String> differences(Path primary, Path secondary, String... moreOptions) {
    return Program.check(command(primary, secondary, moreOptions))
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  /** Returns all that rsync says, also where it cannot compare everything. */
  public static Program.Result answer(Path primary, Path secondary, String... moreOptions) {
    return Program.run(command(primary, secondary, moreOptions));
  }

  private static List<String> command(Path primary, Path secondary, String... moreOptions) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "rsync",
                "-aHAXn",
                "--numeric-ids",
                "--modify-window=-1",
                "--delete",
                "--checksum",
                "--itemize-changes",
                "--filter=-x trusted.georep.*",
                "--filter=-x user.georep.*",
                // ACLs are compared as such; a user's rsync takes them for attributes besides.
                "--filter=-x system.*",
                // XFS shows root the ACLs a second time, as they are on disk.
                "--filter=-x trusted.SGI_ACL_*",
                "--exclude=/.georep",
                "--exclude=/lost+found"));
    command.addAll(List.of(moreOptions));
    command.add(primary + "/");
    command.add(secondary + "/");
    return command;
  }
}
