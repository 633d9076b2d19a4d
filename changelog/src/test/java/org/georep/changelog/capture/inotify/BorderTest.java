package org.georep.changelog.capture.inotify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.georep.changelog.capture.BorderChurn;
import org.georep.changelog.capture.Capturing;
import org.georep.changelog.capture.RecordFollower;
import org.georep.changelog.capture.RecordSink;
import org.georep.changelog.capture.Volume;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
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

  @Test
  void namesByIdentityWhatWasNotWatchedForAWhile() throws Exception {
    try (Volume volume = new Volume(LoopImage.Kind.TMPFS, sandbox.path())) {
      volume.sh("mkdir -p a/x; : > a/x/f");
      List<ChangeRecord> records = new ArrayList<>();
      Deque<Step> steps = new ArrayDeque<>();
      try (InotifySource source = InotifySource.open(volume.libc(), volume.bytes());
          RecordFollower follower = new RecordFollower(volume.libc(), volume.bytes(), false)) {
        Gfid x = volume.gfid("a/x");
        volume.sh("mv a/x ../out");
        steps.add(
            new Step(
                () -> records.contains(new ChangeRecord.Outside(x)),
                () -> {
                  volume.sh("mv ../out/x a/x");
                  // It is looked at before the source knows that it is back, and changes after.
                  follower.follow(List.copyOf(records));
                  records.clear();
                  volume.sh("rm a/x/f");
                }));
        steps.add(
            new Step(
                () -> records.stream().anyMatch(ChangeRecord.Subtree.class::isInstance),
                () -> volume.sh("mv a/x y")));
        source.run(
            new RecordSink() {
              @Override
              public void append(ChangeRecord change) {
                if (!(change instanceof ChangeRecord.Drained)) {
                  records.add(change);
                }
              }

              @Override
              public void flush() throws IOException {
                if (steps.isEmpty()) {
                  source.stop();
                } else if (steps.peek().when().getAsBoolean()) {
                  steps.pop().change().run();
                }
              }
            });
        follower.follow(records);
        assertThat(follower.differences()).isEmpty();
      }
    }
  }

  private interface Change {
    void run() throws IOException;
  }

  private record Step(BooleanSupplier when, Change change) {}
}
