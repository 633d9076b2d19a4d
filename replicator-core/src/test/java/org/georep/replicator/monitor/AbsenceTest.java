package org.georep.replicator.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.replicator.session.DesiredState;
import org.georep.replicator.session.ProcessLock;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.StateDirectory;
import org.georep.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AbsenceTest {
  private final Libc libc = NativeLibc.instance();

  @TempDir Path root;

  @Test
  void saysThatTheStateHasNoRoom() throws Exception {
    List<String> mount = List.of("mount", "-t", "tmpfs", "-o", "size=4m", "none", root.toString());
    assumeTrue(Program.run(mount).exitCode() == 0, "mounts need root");
    try {
      StateDirectory state = StateDirectory.given(root);
      SessionDirectory session = state.session(new SessionName("mine"));
      session.make();
      MonitorDirectory monitor = new MonitorDirectory(state);
      monitor.make();
      try (ProcessLock lock = ProcessLock.take(libc, monitor.lock()).orElseThrow()) {
        assertThat(lock).isNotNull();
        assertThat(absence(state, session))
            .contains(new Absence(true, "The monitor is about to start it."));
        fill(root.resolve("other"));
        assertThat(absence(state, session))
            .contains(
                new Absence(
                    false,
                    "The file system of "
                        + root
                        + " is full. Make room there; the monitor then starts it."));
      }
    } finally {
      Program.check("umount", root.toString());
    }
  }

  private Optional<Absence> absence(StateDirectory state, SessionDirectory session)
      throws IOException {
    return Absence.of(libc, state, session, Optional.of(DesiredState.STARTED));
  }

  private static void fill(Path file) {
    byte[] block = new byte[64 << 10];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }
}
