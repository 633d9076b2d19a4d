package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.georep.changelog.capture.CaptureWish;
import org.georep.posix.NativeLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever can be done to a file arrives: done live; done while only capture runs, which costs no
 * crawl; done while nothing runs, which costs one.
 */
final class EveryOperationTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  @ParameterizedTest
  @EnumSource(
      value = CaptureWish.class,
      names = {"FANOTIFY", "INOTIFY"})
  void arrives(CaptureWish wish) throws Exception {
    arrives(wish, false);
  }

  @Test
  void arrivesWhereDeletionsAreKept() throws Exception {
    boolean root = NativeLibc.instance().geteuid() == 0;
    arrives(root ? CaptureWish.FANOTIFY : CaptureWish.INOTIFY, true);
  }

  private void arrives(CaptureWish wish, boolean ignoreDeletes) throws Exception {
    boolean root = NativeLibc.instance().geteuid() == 0;
    assumeTrue(root || wish != CaptureWish.FANOTIFY, "fanotify needs root");
    try (Scene scene =
        root
            ? Scene.on(LoopImage.Kind.EXT4, LoopImage.Kind.EXT4, sandbox, wish)
            : new Scene(sandbox, wish)) {
      scene.session.ignoreDeletes(ignoreDeletes);
      Holder holder = scene.startHolder();
      List<Operation> operations = root ? Operation.ALL : Operation.ofAnyUser();
      Act live = new Act("live", scene, holder, operations);
      Act captured = new Act("captured", scene, holder, operations);
      Act missed = new Act("missed", scene, holder, operations);
      CaptureProgram capture = scene.startCapture();
      try (Scene.Replicating replicating = scene.start()) {
        replicating.awaitInStep();
        scene.assertInStep();
        assertThat(replicating.crawls()).isEqualTo(1);
        live.change();
        live.arrives(replicating);
        assertThat(replicating.crawls()).isEqualTo(1);
      }
      captured.change();
      try (Scene.Replicating replicating = scene.start()) {
        captured.arrives(replicating);
        assertThat(replicating.crawls()).isZero();
      }
      capture.close();
      missed.change();
      try (Scene.Replicating replicating = scene.start()) {
        missed.arrives(replicating);
        assertThat(replicating.crawls()).isEqualTo(1);
      }
    }
  }
}
