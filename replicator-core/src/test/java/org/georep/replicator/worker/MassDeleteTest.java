package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.georep.engine.EngineChoice;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.volume.MassDeleteException;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A crawl that finds most of the tree gone asks first, with a real agent. */
final class MassDeleteTest {
  private static final RunMode ACCEPTING =
      new RunMode(true, false, OptionalInt.empty(), false, false, true, false);
  private static final int FILES = 1_200;

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path primary;
  private Path secondary;
  private TestSession session;

  @BeforeEach
  void bringInStep() throws Exception {
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    session =
        TestSession.local(primary, sandbox.directory("state"), secondary, EngineChoice.TARSSH);
    for (int i = 0; i < FILES; i++) {
      Files.createDirectories(primary.resolve("data/d" + i / 100));
      Files.writeString(primary.resolve("data/d" + i / 100 + "/f" + i), "content " + i);
    }
    session.once();
    InStep.check(primary, secondary);
  }

  @Test
  void anEmptiedPrimaryIsNotReplicatedUntilAccepted() throws Exception {
    new ProcessBuilder("rm", "-rf", primary.resolve("data").toString()).start().waitFor();
    assertThatThrownBy(session::once)
        .isInstanceOf(MassDeleteException.class)
        .hasMessageContaining("Nothing was deleted")
        .hasMessageContaining("--accept-deletes");
    assertThatThrownBy(session::once).isInstanceOf(MassDeleteException.class);
    for (int i = 0; i < FILES; i++) {
      assertThat(secondary.resolve("data/d" + i / 100 + "/f" + i)).hasContent("content " + i);
    }
    session.run(ACCEPTING);
    InStep.check(primary, secondary);
    assertThat(secondary.resolve("data")).doesNotExist();
  }

  @Test
  void halfOfItAndAMovedDirectoryAreNoMassDelete() throws Exception {
    for (int i = 0; i < FILES / 2 - 20; i++) {
      Files.delete(primary.resolve("data/d" + i / 100 + "/f" + i));
    }
    Files.move(primary.resolve("data"), primary.resolve("moved"));
    session.once();
    InStep.check(primary, secondary);
  }
}
