package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.georep.changelog.capture.CaptureWish;
import org.georep.posix.NativeLibc;
import org.georep.protocol.Reply;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.volume.MassDeleteException;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.TreeManifest;
import org.georep.testing.TreeManifest.Aspect;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is deleted on the primary stays on the secondary, with a real agent and real engines. */
final class KeptDeletionsTest {
  private static final RunMode ACCEPTING =
      new RunMode(true, false, OptionalInt.empty(), false, false, true, false);
  private static final RunMode DRY =
      new RunMode(false, true, OptionalInt.empty(), false, false, false, false);

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private static void sh(Path directory, String script) {
    Program.check(List.of("sh", "-ec", "cd '" + directory + "'; " + script));
  }

  /** A tree with everything in it that a user may make, and something that stays beside it. */
  private static void makeTree(Scene scene) {
    sh(
        scene.primary,
        "mkdir -p t/d/e/g 't/d/ odd *'; echo a > t/f; ln t/f t/d/l; ln t/f beside;"
            + " echo b > t/d/e/f; ln -s nowhere t/d/s; ln -s d t/to-d; mkfifo -m 620 t/d/p;"
            + " truncate -s 1M t/sparse; printf x | dd of=t/sparse bs=1 seek=500000 conv=notrunc"
            + " status=none; printf '\\377' > \"t/d/e/$(printf 'n\\377')\";"
            + " setfattr -n user.x -v y t/d/e; chmod 2750 t/d; touch -d @5.000000007 t/d/e/g t/d/e");
    if (NativeLibc.instance().geteuid() == 0) {
      sh(scene.primary, "mknod t/d/null c 1 3; chown -h 12:34 t/d/e/f t/d/s; chmod 4711 t/d/e/f");
    }
    sh(
        scene.primary,
        "seq 300 | while read i; do mkdir -p t/m/$((i % 7)); echo $i > t/m/$((i % 7))/$i; done");
  }

  private static TreeManifest manifest(Path tree, Aspect... without) throws Exception {
    Aspect[] leftOut = Arrays.copyOf(without, without.length + 1);
    leftOut[without.length] = Aspect.HOLES;
    return InStep.manifest(tree, leftOut);
  }

  private Scene scene(CaptureWish wish) {
    Scene scene = new Scene(sandbox, wish);
    scene.session.ignoreDeletes(true);
    return scene;
  }

  private static CaptureWish wish() {
    return NativeLibc.instance().geteuid() == 0 ? CaptureWish.FANOTIFY : CaptureWish.INOTIFY;
  }

  @Test
  void aTreeDeletedLiveStays() throws Exception {
    try (Scene scene = scene(wish())) {
      makeTree(scene);
      // Of a directory rm -r changes the mtime before it goes itself.
      TreeManifest before = manifest(scene.primary.resolve("t"), Aspect.MTIME);
      FileTime mtime = Files.getLastModifiedTime(scene.primary.resolve("t/d/e/f"));
      try (Scene.Replicating replicating = scene.start()) {
        replicating.awaitInStep();
        InStep.check(scene.primary, scene.secondary);
        sh(scene.primary, "rm -rf t beside");
        replicating.awaitInStep();
        awaitBack(scene, "t");
        scene.assertInStep();
        assertThat(before.differences(manifest(scene.secondary.resolve("t"), Aspect.MTIME)))
            .isEmpty();
        assertThat(Files.getLastModifiedTime(scene.secondary.resolve("t/d/e/f"))).isEqualTo(mtime);

        sh(scene.primary, "mkdir -p t/d; echo new > t/d/s; mkdir t/f; echo c > t/m");
        replicating.awaitInStep();
        scene.assertInStep();
        assertThat(scene.secondary.resolve("t/d/s")).hasContent("new");
        assertThat(scene.secondary.resolve("t/d/e/f")).hasContent("b");
        assertThat(scene.secondary.resolve("t/f")).isDirectory();
        assertThat(scene.secondary.resolve("t/m")).hasContent("c");
        assertThat(scene.secondary.resolve("t/sparse")).exists();
        sh(scene.primary, "mv t/d x; rm -r t");
        replicating.awaitInStep();
        awaitBack(scene, "t");
        scene.assertInStep();
        assertThat(scene.secondary.resolve("x/e/f")).hasContent("b");
        assertThat(scene.secondary.resolve("t/d")).doesNotExist();
        assertThat(scene.secondary.resolve("t/m")).hasContent("c");
        assertThat(scene.secondary.resolve("t/sparse")).exists();
      }
      assertThat(conflicts(scene)).isEmpty();
    }
  }

  /** For a moment what is deleted is in limbo; a directory comes back last, with all it holds. */
  private static void awaitBack(Scene scene, String name) throws Exception {
    Waits.until(
        name + " is put back and nothing is left in limbo",
        () ->
            Files.exists(scene.secondary.resolve(name)) && scene.session.meter().limbo.get() == 0);
  }

  private static List<Path> conflicts(Scene scene) throws Exception {
    try (var all = Files.list(scene.secondary.resolve(".georep/conflicts"))) {
      return all.toList();
    }
  }

  @Test
  void aTreeACrawlDoesNotFindAnyMoreStaysUntilDeletionsCount() throws Exception {
    try (Scene scene = scene(CaptureWish.NONE)) {
      makeTree(scene);
      sh(scene.primary, "mkdir many; cd many; seq 1200 | xargs touch");
      TreeManifest before = manifest(scene.primary.resolve("t"));
      scene.session.once();
      InStep.check(scene.primary, scene.secondary);
      sh(scene.primary, "rm -rf t beside many");
      scene.session.run(DRY);
      assertThat(scene.session.preview()).extracting(Reply.Change::what).doesNotContain("delete");
      for (int run = 0; run < 2; run++) {
        scene.session.once(); // the brake has nothing to stop
        scene.assertInStep();
        assertThat(before.differences(manifest(scene.secondary.resolve("t")))).isEmpty();
        assertThat(scene.secondary.resolve("many/1200")).exists();
      }
      scene.session.ignoreDeletes(false);
      assertThatThrownBy(scene.session::once).isInstanceOf(MassDeleteException.class);
      assertThat(scene.secondary.resolve("many/1200")).exists();
      scene.session.run(ACCEPTING);
      InStep.check(scene.primary, scene.secondary);
      assertThat(conflicts(scene)).isEmpty();
    }
  }
}
