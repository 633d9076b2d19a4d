package org.georep.changelog.capture.inotify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.georep.changelog.capture.Volume;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.posix.Errno;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
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
  private int queue;

  @BeforeEach
  void mount() throws IOException {
    volume = new Volume(LoopImage.Kind.TMPFS, sandbox.path());
    root = VolumeRoot.open(faulty.libc(), volume.bytes());
    queue = faulty.libc().inotifyInit(Linux.IN_CLOEXEC | Linux.IN_NONBLOCK);
    tree = new WatchTree(WatchWalk.watchRoot(faulty.libc(), root, queue));
    walk = new WatchWalk(faulty.libc(), root, queue, tree, new OpenDirectories(root, tree));
  }

  @AfterEach
  void unmount() throws IOException {
    if (root != null) {
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
}
