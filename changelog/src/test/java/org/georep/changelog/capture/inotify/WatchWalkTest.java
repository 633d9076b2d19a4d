package org.georep.changelog.capture.inotify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.georep.changelog.capture.Volume;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.Errno;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.testing.FaultyLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A walk where the kernel fails at something. */
class WatchWalkTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
  private Volume volume;
  private VolumeRoot root;
  private WatchTree tree;
  private WatchWalk walk;
  private OpenDirectories open;
  private int queue;

  @BeforeEach
  void mount() throws IOException {
    volume = new Volume(LoopImage.Kind.TMPFS, sandbox.path());
    root = VolumeRoot.open(faulty.libc(), volume.bytes());
    queue = faulty.libc().inotifyInit(Linux.IN_CLOEXEC | Linux.IN_NONBLOCK);
    tree = new WatchTree(WatchWalk.watchRoot(faulty.libc(), root, queue));
    open = new OpenDirectories(root, tree);
    walk = new WatchWalk(faulty.libc(), root, queue, tree, open);
  }

  @AfterEach
  void unmount() throws IOException {
    if (open != null) {
      open.close();
      root.close();
      volume.libc().close(queue);
    }
    if (volume != null) {
      volume.close();
    }
  }

  /** One that is unreadable for good must not hide another that is waited for. */
  @Test
  void knowsOfEachDirectorySinceWhenItCannotBeRead() throws Exception {
    volume.sh("mkdir -p a/x b/y");
    faulty.fail(FaultyLibc.path("x"), Errno.EIO);
    long before = System.nanoTime();
    walk.everything();
    long between = System.nanoTime();
    assertThat(walk.unreadableOnlySince(before)).isTrue();
    assertThat(walk.unreadableOnlySince(between)).isFalse();
    walk.unreadableAgain();
    assertThat(walk.unreadableOnlySince(between)).as("it was before").isFalse();
    faulty.fail(FaultyLibc.path("y"), Errno.EIO);
    walk.everything();
    assertThat(walk.unreadableCount()).isEqualTo(2);
    assertThat(walk.unreadableOnlySince(between)).as("the other").isTrue();
    walk.unreadableAgain();
    assertThat(walk.unreadableOnlySince(between)).as("the other, still").isTrue();
    faulty.clear();
    walk.unreadableAgain();
    assertThat(walk.unreadableOnlySince(before)).isFalse();
  }

  @Test
  void watchesAreNotTakenForFreedWhenTheKernelFailsOtherwise() throws Exception {
    volume.sh("mkdir d");
    faulty.fail(FaultyLibc.method("inotifyAddWatch"), Errno.ENOSPC);
    walk.everything();
    assertThat(walk.outOfWatches()).isTrue();
    faulty.clear();
    faulty.fail(FaultyLibc.method("inotifyAddWatch"), Errno.ENOMEM);
    assertThat(walk.watchesFreed()).isFalse();
    assertThat(walk.outOfWatches()).isTrue();
    faulty.clear();
    assertThat(walk.watchesFreed()).isTrue();
  }

  /** The kernel gives the watch it has, and no new one. */
  @Test
  void whatIsWatchedStaysSoWhenWatchesRunOut() throws Exception {
    volume.sh("mkdir a b");
    walk.everything();
    assertThat(tree.watchedCount()).isEqualTo(3);
    Set<Object> held = new HashSet<>();
    for (String name : List.of(".", "a", "b")) {
      held.add(Files.getAttribute(volume.root().resolve(name), "unix:ino"));
    }
    faulty.before(
        FaultyLibc.method("inotifyAddWatch"),
        call -> {
          Path path = Path.of(new String(call.paths().get(0), StandardCharsets.US_ASCII));
          if (!held.contains(Files.getAttribute(path, "unix:ino"))) {
            throw new PosixException("inotify_add_watch", new byte[0], Errno.ENOSPC);
          }
        });
    volume.sh("mkdir new; mv a moved");
    walk.enter(tree.root(), FileName.of("new"), null);
    assertThat(walk.outOfWatches()).isTrue();
    walk.enter(tree.root(), FileName.of("moved"), null);
    walk.everything();
    assertThat(tree.unwatched()).hasSize(1);
    assertThat(tree.at(EntryPath.parse("moved"))).matches(Directory::watched);
    assertThat(tree.at(EntryPath.parse("b"))).matches(Directory::watched);
  }

  @Test
  void whatMayNotBeReadAnyMoreStaysWatched() throws Exception {
    volume.sh("mkdir d");
    walk.everything();
    faulty.fail(
        FaultyLibc.path("d")
            .and(FaultyLibc.method("openat2"))
            .and(call -> ((Number) call.arguments()[2]).longValue() < Linux.O_PATH),
        Errno.EACCES);
    walk.everything();
    assertThat(tree.unwatched()).isEmpty();
    assertThat(tree.watchedCount()).isEqualTo(2);
  }
}
