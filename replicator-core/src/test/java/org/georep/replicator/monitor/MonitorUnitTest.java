package org.georep.replicator.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.replicator.session.StateDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MonitorUnitTest {
  private static final String LINE =
      "ExecStart=/usr/bin/georep --state-dir %s monitor --leave-capture\n";

  @TempDir Path root;

  private void write(String place, String state) throws Exception {
    Path directory = Files.createDirectories(root.resolve(place));
    Files.writeString(directory.resolve("georep.service"), LINE.formatted(state));
  }

  private MonitorUnit unit() throws Exception {
    return MonitorUnit.of(root, StateDirectory.given(Path.of("/var/lib/georep")));
  }

  @Test
  void isUsedOnlyIfItKeepsThisStateDirectory() throws Exception {
    assertThat(unit().command()).isEqualTo("georep monitor");
    write("lib/systemd/system", "/var/lib/georep");
    assertThat(unit().command()).isEqualTo("systemctl start georep");
    write("etc/systemd/system", "/var/lib/georep2");
    assertThat(unit().command()).as("an administrator's goes first").isEqualTo("georep monitor");
  }

  @Test
  void isOnItsWayOnceSystemdHasStartedIt() throws Exception {
    Files.createDirectories(root.resolve("run/systemd/units"));
    Path invocation = root.resolve("run/systemd/units/invocation:georep.service");
    Files.createSymbolicLink(invocation, Path.of("0123456789abcdef0123456789abcdef"));
    assertThat(unit().isStarted()).as("not installed").isFalse();
    write("usr/lib/systemd/system", "/var/lib/georep");
    assertThat(unit().isStarted()).isTrue();
    Files.delete(invocation);
    assertThat(unit().isStarted()).isFalse();
  }
}
