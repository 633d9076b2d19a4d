package org.georep.runbook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.georep.cli.Launcher;

/** What is done in the place of commands that cannot be run in a test: all there are. */
final class StandIns {
  private static final Path UNIT = Path.of("../deploy/package/src/systemd/georep.service");
  private static final String LINE = "ExecStart=";

  private static final List<StandIn> ALL =
      List.of(
          new StandIn(
              "systemctl start georep",
              "no systemd runs where tests do: the unit's own command is run, on the host's state",
              host -> host.startMonitor(unit(host))));

  /** Does what a command would have done. */
  @FunctionalInterface
  interface Deed {
    void on(Host host) throws Exception;
  }

  /**
   * One of them.
   *
   * @param command as the pages have it
   * @param why it cannot be run
   */
  record StandIn(String command, String why, Deed deed) {
    Launcher.Result run(Host host) throws Exception {
      deed.on(host);
      return new Launcher.Result(0, "", "in its place (" + why + ")");
    }
  }

  private StandIns() {}

  static List<StandIn> all() {
    return ALL;
  }

  static Optional<StandIn> of(String command) {
    return ALL.stream().filter(each -> each.command().equals(command)).findFirst();
  }

  /** Returns what the unit gives georep, for a host's state. */
  private static String[] unit(Host host) throws IOException {
    String line =
        Files.readAllLines(UNIT).stream()
            .filter(each -> each.startsWith(LINE))
            .findFirst()
            .orElseThrow();
    return Arrays.stream(line.substring(LINE.length()).split(" "))
        .skip(1)
        .map(word -> word.equals("/var/lib/georep") ? host.state().toString() : word)
        .toArray(String[]::new);
  }
}
