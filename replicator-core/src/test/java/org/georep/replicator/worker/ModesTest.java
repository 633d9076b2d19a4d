package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.georep.changelog.capture.CaptureWish;
import org.georep.posix.NativeLibc;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.SyncMode;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the modes let stay on the secondary, with a real agent; and that normal lets nothing. */
final class ModesTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private static void sh(Path directory, String script) {
    Program.check(List.of("sh", "-ec", "cd '" + directory + "'; " + script));
  }

  private static List<String> tree(Path root) {
    return Program.check(
            "sh",
            "-c",
            "cd \"$1\" && find . -mindepth 1 -path ./.georep -prune -o -type f -printf '%P ' -exec cat"
                + " {} \\; -o -printf '%P\\n' | sort",
            "sh",
            root.toString())
        .lines()
        .toList();
  }

  private static long inode(Path path) throws Exception {
    return (Long) Files.getAttribute(path, "unix:ino");
  }

  private static List<String> setAside(Scene scene) {
    return Program.check(
            "find",
            scene.secondary.resolve(".georep/conflicts").toString(),
            "-mindepth",
            "2",
            "-type",
            "f",
            "-printf",
            "%P\\n")
        .lines()
        .map(path -> path.substring(path.indexOf('/') + 1))
        .sorted()
        .toList();
  }

  private static CaptureWish wish() {
    return NativeLibc.instance().geteuid() == 0 ? CaptureWish.FANOTIFY : CaptureWish.INOTIFY;
  }

  @Test
  void inPartialOnlyARemovalThatWasSeenTakesAway() throws Exception {
    try (Scene scene = new Scene(sandbox, wish())) {
      scene.session.sync(SyncMode.PARTIAL);
      sh(
          scene.primary,
          "mkdir d e gone; echo a > d/a; echo b > d/b; echo c > e/c; echo x > gone/x;"
              + " ln d/a d/link; mkdir both; echo o > both/ours");
      scene.session.once();
      InStep.check(scene.primary, scene.secondary);
      sh(
          scene.secondary,
          "mkdir theirs shared; echo t > theirs/t; echo m > d/mine; echo s > shared/s;"
              + " echo u > both/theirs");

      // With nobody watching.
      long moved = inode(scene.secondary.resolve("e/c"));
      sh(
          scene.primary,
          "rm -r d/b d/link gone; mv e/c d/moved; mkdir shared; echo p > shared/p;"
              + " echo n > d/new; echo longer > d/a");
      scene.session.once();
      List<String> kept =
          List.of(
              "both",
              "both/ours o",
              "both/theirs u",
              "d",
              "d/a longer",
              "d/b b",
              "d/mine m",
              "d/moved c",
              "d/new n",
              "e",
              "gone",
              "gone/x x",
              "shared",
              "shared/p p",
              "shared/s s",
              "theirs",
              "theirs/t t");
      assertThat(tree(scene.secondary)).isEqualTo(kept);
      assertThat(inode(scene.secondary.resolve("d/moved"))).isEqualTo(moved);
      assertThat(setAside(scene)).isEmpty();

      try (Scene.Replicating replicating = scene.start()) {
        replicating.awaitInStep();
        sh(scene.primary, "rm d/a; rm -r both; mv d/new e/new; echo again > d/b; mkdir -p gone/y");
        replicating.awaitInStep();
        sh(scene.primary, "rm d/b; mkdir both; echo 2 > both/ours");
        replicating.awaitInStep();
        assertThat(tree(scene.secondary))
            .containsExactly(
                "both",
                "both/ours 2",
                "d",
                "d/mine m",
                "d/moved c",
                "e",
                "e/new n",
                "gone",
                "gone/x x",
                "gone/y",
                "shared",
                "shared/p p",
                "shared/s s",
                "theirs",
                "theirs/t t");
      }
      // What others had in a directory that went is not destroyed with it.
      assertThat(setAside(scene)).containsExactly("both/theirs");
    }
  }

  @Test
  void inRecoverNothingComesAndNothingGoes() throws Exception {
    try (Scene scene = new Scene(sandbox, wish())) {
      scene.startCapture();
      scene.session.sync(SyncMode.RECOVER);
      sh(scene.primary, "mkdir d; for f in f g h i; do echo $f > d/$f; done; mkdir sub");
      assertThatThrownBy(scene.session::once)
          .isInstanceOf(GeorepException.class)
          .hasMessageContaining("normal first");
      scene.session.sync(SyncMode.NORMAL).once();
      InStep.check(scene.primary, scene.secondary);

      long moved = inode(scene.secondary.resolve("d/g"));
      sh(
          scene.primary,
          "echo changed > d/f; mv d/g sub/g; rm d/h; echo saved > t; mv t d/i; echo n > d/new;"
              + " mkdir fresh; echo x > fresh/x");
      sh(scene.secondary, "echo t > d/theirs");
      scene.session.sync(SyncMode.RECOVER).once();
      assertThat(tree(scene.secondary))
          .containsExactly(
              "d", "d/f changed", "d/h h", "d/i saved", "d/theirs t", "sub", "sub/g g");
      assertThat(inode(scene.secondary.resolve("sub/g"))).isEqualTo(moved);
      assertThat(setAside(scene)).isEmpty();

      // No event tells of what was not brought.
      scene.session.sync(SyncMode.NORMAL).once();
      assertThat(tree(scene.secondary))
          .containsExactly(
              "d", "d/f changed", "d/i saved", "d/new n", "fresh", "fresh/x x", "sub", "sub/g g");
      InStep.check(scene.primary, scene.secondary);
    }
  }
}
