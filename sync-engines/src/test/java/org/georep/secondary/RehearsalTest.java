package org.georep.secondary;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.posix.RawPath;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An archive made by a rehearsal that ends early would lack what matters. */
final class RehearsalTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @Test
  void goesThroughWholeSession() throws Exception {
    Path root = sandbox.path().resolve("secondary");
    Rehearsal.run(RawPath.toBytes(root));
    assertThat(root.resolve("d/f")).isRegularFile().hasSize(1);
    assertThat(Files.readSymbolicLink(root.resolve("d/l"))).isEqualTo(Path.of("f"));
    assertThat(root.resolve(".georep/stime")).isRegularFile();
  }
}
