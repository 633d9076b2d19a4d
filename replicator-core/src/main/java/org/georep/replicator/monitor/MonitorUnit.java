package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.georep.replicator.session.StateDirectory;

/**
 * How a state directory's monitor is started: by the unit that the package installs, where that is
 * there and made for this directory, else by hand.
 */
public final class MonitorUnit {
  private static final String NAME = "georep.service";

  /** As systemd looks for units. */
  private static final List<String> PLACES =
      List.of("etc/systemd/system", "lib/systemd/system", "usr/lib/systemd/system");

  private final Path root;
  private final StateDirectory state;

  private MonitorUnit(Path root, StateDirectory state) {
    this.root = Objects.requireNonNull(root, "root is null");
    this.state = Objects.requireNonNull(state, "state is null");
  }

  /** Looks for the unit of a state directory on this host. */
  public static MonitorUnit of(StateDirectory state) {
    return of(Path.of("/"), state);
  }

  static MonitorUnit of(Path root, StateDirectory state) {
    return new MonitorUnit(root, state);
  }

  /** Returns whether the unit is there, and keeps this state directory. */
  boolean isInstalled() {
    for (String place : PLACES) {
      Path file = root.resolve(place).resolve(NAME);
      if (Files.exists(file)) {
        return keepsThis(file); // the first one hides the others
      }
    }
    return false;
  }

  private boolean keepsThis(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1)
          .lines()
          .anyMatch(
              line ->
                  line.startsWith("ExecStart=")
                      && line.contains(" --state-dir " + state.path() + " "));
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns whether systemd has started the unit; its monitor may still be on its way. */
  boolean isStarted() {
    return isInstalled()
        && Files.exists(
            root.resolve("run/systemd/units/invocation:" + NAME), LinkOption.NOFOLLOW_LINKS);
  }

  /** Returns the command that starts a monitor. */
  public String command() {
    return isInstalled() ? "systemctl start georep" : "georep monitor";
  }
}
