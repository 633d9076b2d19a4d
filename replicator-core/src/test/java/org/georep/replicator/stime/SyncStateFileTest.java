package org.georep.replicator.stime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.georep.posix.NativeLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is kept of a mark. */
class SyncStateFileTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  @Test
  void theFilterIsKeptWithTheStimeItWasReachedWith() throws Exception {
    Path path = sandbox.path().resolve("stime");
    SyncStateFile file = new SyncStateFile(NativeLibc.instance(), path);
    assertThat(file.filter()).isEmpty();
    SyncState state =
        new SyncState(
            Optional.of(Instant.parse("2026-11-21T10:00:00.000000001Z")),
            Optional.empty(),
            Optional.empty());
    file.write(state, "abc");
    assertThat(file.read()).isEqualTo(state);
    assertThat(file.filter()).isEqualTo("abc");
    file.write(state);
    assertThat(file.read()).isEqualTo(state);
    assertThat(file.filter()).isEmpty();
    Files.writeString(path, "{", StandardCharsets.US_ASCII);
    assertThat(file.filter()).isEmpty();
  }
}
