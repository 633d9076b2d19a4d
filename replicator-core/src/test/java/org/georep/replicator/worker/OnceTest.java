package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.engine.EngineChoice;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Brings a secondary in step once, with a real agent and real engines. */
final class OnceTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path primary;
  private Path secondary;

  private TestSession session(EngineChoice engine) throws Exception {
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    return TestSession.local(primary, sandbox.directory("state"), secondary, engine);
  }

  private void assertInStep() throws Exception {
    InStep.check(primary, secondary);
  }

  @Test
  void aSmallTreeIsCopied() throws Exception {
    TestSession session = session(EngineChoice.TARSSH);
    Files.createDirectories(primary.resolve("a/b"));
    Files.writeString(primary.resolve("a/b/f"), "hello");
    Files.createLink(primary.resolve("a/g"), primary.resolve("a/b/f"));
    Files.createSymbolicLink(primary.resolve("s"), Path.of("a/b/f"));
    session.once();
    assertInStep();
    Files.move(primary.resolve("a"), primary.resolve("c"));
    Files.writeString(primary.resolve("c/b/f"), "changed");
    Files.delete(primary.resolve("s"));
    session.once();
    assertInStep();
  }

  /** What keeps failing ends a run that is to end, in a sentence and with a code. */
  @Test
  void aRunThatEndsDoesNotTryForEver() throws Exception {
    TestSession session = session(EngineChoice.TARSSH);
    Files.writeString(primary.resolve("f"), "hello");
    session.once();
    Path broken = secondary.resolve(".georep/stime");
    Files.deleteIfExists(broken);
    Files.createDirectory(broken);
    assertThatThrownBy(session::once)
        .isInstanceOfSatisfying(
            GeorepException.class, e -> assertThat(e.code()).isEqualTo(ExitCode.ERROR))
        .hasMessageContaining("is a directory");
  }
}
