package org.georep.replicator.worker;

import java.nio.charset.StandardCharsets;
import org.georep.changelog.capture.CaptureWish;
import org.georep.posix.NativeLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.georep.testing.TreeChurn;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Once, live, and from where it left off, from each file system to another. */
final class FileSystemsTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  @ParameterizedTest
  @CsvSource({"TMPFS, EXT4", "EXT4, TMPFS", "XFS, BTRFS", "BTRFS, XFS"})
  void areBroughtInStep(LoopImage.Kind primary, LoopImage.Kind secondary) throws Exception {
    try (Scene scene = Scene.on(primary, secondary, sandbox, CaptureWish.FANOTIFY)) {
      Act act =
          new Act(
              "operations",
              scene,
              scene.startHolder(),
              primary == LoopImage.Kind.TMPFS ? Operation.inMemory() : Operation.ALL);
      TreeChurn churn =
          new TreeChurn(
              NativeLibc.instance(),
              scene.directory("churn").toString().getBytes(StandardCharsets.UTF_8),
              Long.getLong("georep.test.seed", System.nanoTime()));
      if (secondary == LoopImage.Kind.XFS) {
        // It holds no longer targets, and no minor numbers beyond 18 bits.
        churn.targetsUpTo(1023).without(TreeChurn.Step.MAKE_NODE);
      }
      churn.run(200);
      scene.session.once();
      scene.assertInStep();
      try (Scene.Replicating replicating = scene.start()) {
        // While it crawls, since capture begins anew with it.
        act.change();
        churn.run(200);
        act.arrives(replicating);
      } catch (AssertionError e) {
        throw new AssertionError(e.getMessage() + "\nafter\n" + String.join("\n", churn.log()), e);
      }
      churn.run(100);
      try (Scene.Replicating replicating = scene.start()) {
        replicating.awaitInStep();
        scene.assertInStep();
      } catch (AssertionError e) {
        throw new AssertionError(e.getMessage() + "\nafter\n" + String.join("\n", churn.log()), e);
      }
    }
  }
}
