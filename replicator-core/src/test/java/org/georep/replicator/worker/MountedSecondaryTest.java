package org.georep.replicator.worker;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.georep.changelog.capture.CaptureWish;
import org.georep.posix.NativeLibc;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Somebody mounts a file system over a directory of the secondary, and takes it away again. */
final class MountedSecondaryTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  @Test
  void whatChangedUnderAMountIsHeldUntilItIsGone() throws Exception {
    assumeThat(NativeLibc.instance().geteuid()).as("mounts need root").isZero();
    try (Scene scene = new Scene(sandbox, CaptureWish.FANOTIFY)) {
      Files.createDirectories(scene.primary.resolve("d/e"));
      Files.writeString(scene.primary.resolve("d/e/f"), "first");
      try (Scene.Replicating replicating = scene.start()) {
        replicating.awaitInStep();
      }
      Path covered = scene.secondary.resolve("d");
      Program.check("mount", "-t", "tmpfs", "none", covered.toString());
      try {
        changeUnderTheMount(scene);
      } finally {
        Waits.until(
            covered + " is not busy",
            () -> Program.run(List.of("umount", covered.toString())).exitCode() == 0);
      }
      try (Scene.Replicating replicating = scene.start()) {
        replicating.retryAll();
        replicating.awaitInStep();
      }
      scene.assertInStep();
    }
  }

  private static void changeUnderTheMount(Scene scene) throws Exception {
    try (Scene.Replicating replicating = scene.start()) {
      Waits.until("it is at work", () -> scene.session.meter().stime().isPresent());
      Files.createDirectories(scene.primary.resolve("d/e/made"));
      Files.writeString(scene.primary.resolve("d/e/new"), "new");
      Files.writeString(scene.primary.resolve("d/e/f"), "second");
      Files.writeString(scene.primary.resolve("beside"), "goes on");
      Waits.until("they fail", () -> replicating.quarantined() > 0);
      Waits.until("the rest goes on", () -> Files.exists(scene.secondary.resolve("beside")));
    }
  }
}
