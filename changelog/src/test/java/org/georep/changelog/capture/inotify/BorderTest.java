package org.georep.changelog.capture.inotify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.georep.changelog.capture.BorderChurn;
import org.georep.changelog.capture.Capturing;
import org.georep.changelog.capture.RecordFollower;
import org.georep.changelog.capture.Volume;
import org.georep.posix.PosixException;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files and directories that come and go over the volume's border are never lost sight of. */
class BorderTest {
  private static final int ROUNDS = Integer.getInteger("georep.test.rounds", 12);

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @ParameterizedTest
  @EnumSource(
      value = LoopImage.Kind.class,
      names = {"TMPFS", "EXT4"})
  void followsEverything(LoopImage.Kind kind) throws Exception {
    long seed = Long.getLong("georep.test.seed", new Random().nextLong());
    try (Volume volume = new Volume(kind, sandbox.path());
        Capturing capturing = new Capturing(InotifySource.open(volume.libc(), volume.bytes()));
        RecordFollower follower = new RecordFollower(volume.libc(), volume.bytes(), false)) {
      BorderChurn churn =
          new BorderChurn(
              volume.libc(),
              List.of(volume.root().toString(), volume.outside().toString()),
              seed,
              false);
      for (int round = 0; round < ROUNDS; round++) {
        churn.log().clear();
        CompletableFuture<Void> running =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    churn.run(300);
                  } catch (PosixException e) {
                    throw new AssertionError(e);
                  }
                });
        while (!running.isDone()) {
          follower.follow(capturing.soFar().records());
        }
        running.get();
        follower.follow(capturing.settle().records());
        assertThat(follower.differences())
            .as("seed %dL round %d: %s", seed, round, String.join("; ", churn.log()))
            .isEmpty();
      }
    }
  }
}
