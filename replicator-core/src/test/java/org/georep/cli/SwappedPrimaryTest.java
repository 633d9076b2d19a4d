package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.georep.posix.NativeLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is unmounted, or mounted instead, is not what was deleted. */
final class SwappedPrimaryTest {
  private static final int REFUSED = 14;

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Ending ending = Ending.onRequest();
  private CompletableFuture<Launcher.Result> running =
      CompletableFuture.completedFuture(new Launcher.Result(0, "", ""));
  private final List<Path> mounted = new ArrayList<>();
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");

  @BeforeEach
  void make() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "mounts need root");
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
  }

  @AfterEach
  void end() throws Exception {
    ending.requestStop();
    running.get(Waits.limit().toSeconds(), TimeUnit.SECONDS);
    while (!mounted.isEmpty()) {
      unmount(mounted.get(mounted.size() - 1));
    }
  }

  private void mount(Path what, Path where) {
    Program.check("mount", "--bind", what.toString(), where.toString());
    // What is mounted over it later would be mounted over its source, too.
    Program.check("mount", "--make-private", where.toString());
    mounted.add(where);
  }

  private void unmount(Path where) throws Exception {
    Waits.until(
        where + " is not busy",
        () -> Program.run(List.of("umount", where.toString())).exitCode() == 0);
    mounted.remove(where);
  }

  private Launcher.Result replicate(String... options) {
    List<String> all = new ArrayList<>(List.of("replicate", "--name=s"));
    all.addAll(List.of(options));
    all.addAll(List.of(primary.toString(), secondary.toString()));
    return new Launcher(sandbox.path().resolve("state")).run(ending, all.toArray(new String[0]));
  }

  private void arrives() {
    Launcher.Result result = replicate("--once");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
  }

  private void isRefused(Launcher.Result result) {
    assertThat(result.code()).as(result.err()).isEqualTo(REFUSED);
    assertThat(result.err()).containsIgnoringCase("nothing was deleted");
    assertThat(secondary.resolve("d/f")).hasContent("contents");
  }

  private static void fill(Path root) throws Exception {
    Files.writeString(Files.createDirectories(root.resolve("d")).resolve("f"), "contents");
  }

  @Test
  void isNotReplicatedAsADeletion() throws Exception {
    try (LoopImage right = LoopImage.mounted(LoopImage.Kind.EXT4, sandbox.path());
        LoopImage wrong = LoopImage.mounted(LoopImage.Kind.EXT4, sandbox.path())) {
      fill(right.mountPoint());
      mount(right.mountPoint(), primary);
      arrives();
      unmount(primary);
      isRefused(replicate("--once"));
      mount(wrong.mountPoint(), primary);
      isRefused(replicate("--once"));
      // And one that is another session's.
      Files.createDirectory(wrong.mountPoint().resolve(".georep"));
      Files.writeString(
          wrong.mountPoint().resolve(".georep/volume"), java.util.UUID.randomUUID() + "\n");
      isRefused(replicate("--once"));
      // And one that is a copy of this one's, and lacks something.
      Files.copy(
          right.mountPoint().resolve(".georep/volume"),
          wrong.mountPoint().resolve(".georep/volume"),
          StandardCopyOption.REPLACE_EXISTING);
      isRefused(replicate("--once"));
      unmount(primary);

      mount(right.mountPoint(), primary);
      Files.writeString(primary.resolve("d/g"), "more");
      running = CompletableFuture.supplyAsync(() -> replicate());
      Waits.until("it runs", () -> Files.exists(secondary.resolve("d/g")));
      mount(wrong.mountPoint(), primary);
      isRefused(running.get(Waits.limit().toSeconds(), TimeUnit.SECONDS));
      assertThat(secondary.resolve("d/g")).hasContent("more");
      unmount(primary);

      // Below it: what is covered is not gone, and what covers it is not of the volume.
      Object inode = Files.getAttribute(secondary.resolve("d/f"), "unix:ino");
      Files.writeString(wrong.mountPoint().resolve("elsewhere"), "elsewhere");
      mount(wrong.mountPoint(), primary.resolve("d"));
      assertThat(replicate("--once").code()).isZero();
      assertThat(secondary.resolve("d/f")).hasContent("contents");
      assertThat(secondary.resolve("d/elsewhere")).doesNotExist();
      unmount(primary.resolve("d"));
      arrives();
      assertThat(Files.getAttribute(secondary.resolve("d/f"), "unix:ino")).isEqualTo(inode);
      unmount(primary);
    }
  }

  /** What the session holds open of it is all still there; the root is not. */
  @Test
  void isNoDeletionEitherWhenUnmountedLazilyUnderASession() throws Exception {
    try (LoopImage disk = LoopImage.mounted(LoopImage.Kind.EXT4, sandbox.path())) {
      fill(disk.mountPoint());
      mount(disk.mountPoint(), primary);
      arrives();
      Files.writeString(primary.resolve("d/g"), "more");
      running = CompletableFuture.supplyAsync(() -> replicate());
      Waits.until("it runs", () -> Files.exists(secondary.resolve("d/g")));
      Program.check("umount", "-l", primary.toString());
      mounted.remove(primary);
      isRefused(running.get(Waits.limit().toSeconds(), TimeUnit.SECONDS));
      assertThat(secondary.resolve("d/g")).hasContent("more");
      assertThat(primary).as("what lies beneath is left alone").isEmptyDirectory();
      Files.writeString(primary.resolve("stray"), "not of the volume");
      isRefused(replicate("--once"));
      assertThat(secondary.resolve("stray")).doesNotExist();

      Files.delete(disk.mountPoint().resolve("d/g"));
      mount(disk.mountPoint(), primary);
      arrives();
      assertThat(secondary.resolve("d/g")).as("deleted indeed").doesNotExist();
      unmount(primary);
    }
  }
}
