package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.georep.changelog.capture.CaptureWish;
import org.georep.posix.NativeLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
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
    boolean root = NativeLibc.instance().geteuid() == 0;
    assumeTrue(root || wish != CaptureWish.FANOTIFY, "fanotify needs root");
    try (Scene scene =
        root
            ? Scene.on(LoopImage.Kind.EXT4, LoopImage.Kind.EXT4, sandbox, wish)
            : new Scene(sandbox, wish)) {
      Holder holder = scene.keeping(new Holder());
      Act live = new Act("live", scene, holder, root);
      Act captured = new Act("captured", scene, holder, root);
      Act missed = new Act("missed", scene, holder, root);
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

  /** All operations, done together, each in a directory of its own. */
  private static final class Act {
    private final Scene scene;
    private final Map<Operation, Ground> all = new LinkedHashMap<>();

    Act(String name, Scene scene, Holder holder, boolean root) throws Exception {
      this.scene = scene;
      for (Operation operation : Operation.ALL) {
        if (root || !operation.root()) {
          String shown = operation.name().replaceAll("[^A-Za-z0-9.]+", "_");
          Path place =
              Path.of(name, all.size() + "-" + shown.substring(0, Math.min(80, shown.length())));
          Ground ground =
              new Ground(
                  Files.createDirectories(scene.primary.resolve(place)),
                  Files.createDirectories(scene.outside.resolve(place)),
                  scene.secondary.resolve(place),
                  holder);
          all.put(operation, ground);
          operation.before().run(ground);
        }
      }
    }

    void change() throws Exception {
      for (Map.Entry<Operation, Ground> each : all.entrySet()) {
        each.getKey().change().run(each.getValue());
      }
    }

    /** And what makes the trees differ is undone, and that arrives. */
    void arrives(Scene.Replicating replicating) throws Exception {
      replicating.awaitInStep();
      for (Map.Entry<Operation, Ground> each : all.entrySet()) {
        each.getKey().meanwhile().run(each.getValue());
      }
      scene.assertInStep();
      for (Map.Entry<Operation, Ground> each : all.entrySet()) {
        each.getKey().after().run(each.getValue());
      }
      replicating.awaitInStep();
      scene.assertInStep();
    }
  }
}
