package org.georep.replicator.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Waits;

/**
 * A file system whose image can be copied while it is in use, as it is at one instant: the image
 * lies on an XFS, which clones a file while nobody writes to it. The clone has what the file system
 * had sent to its disk, and nothing of what it had only in memory; mounting it replays its journal,
 * as after a power cut. What a disk's own cache would lose as well is not lost: of that the order
 * of system calls tells.
 */
final class CutImage implements AutoCloseable {
  private static final int OUTER_MEBIBYTES = 3072;
  private static final int EXT4_MEBIBYTES = 160;
  private static final int XFS_MEBIBYTES = 512;

  private final LoopImage outer;
  private final LoopImage inner;
  private final Path shown;
  private int clones;

  CutImage(LoopImage.Kind kind, Path directory) throws IOException {
    outer = LoopImage.create(LoopImage.Kind.XFS, directory, OUTER_MEBIBYTES);
    outer.mount();
    boolean whole = false;
    try {
      boolean small = kind == LoopImage.Kind.EXT4;
      inner = LoopImage.create(kind, outer.mountPoint(), small ? EXT4_MEBIBYTES : XFS_MEBIBYTES);
      mount();
      shown = Files.createDirectory(directory.resolve("cut"));
      whole = true;
    } finally {
      if (!whole) {
        outer.close();
      }
    }
  }

  /** Of itself the kernel would write everything down after five seconds, and hide what did not. */
  private void mount() {
    if (inner.kind() == LoopImage.Kind.EXT4) {
      inner.mount("commit=600");
    } else {
      inner.mount();
    }
  }

  /** Returns where it is mounted. */
  Path mountPoint() {
    return inner.mountPoint();
  }

  /** Copies it as it is at this instant. */
  Path cut() {
    Path clone = outer.mountPoint().resolve("clone" + clones++);
    Program.check("cp", "--reflink=always", inner.image().toString(), clone.toString());
    return clone;
  }

  /** Shows a copy, until the result is closed. */
  Shown show(Path clone) {
    String more = inner.kind() == LoopImage.Kind.XFS ? ",nouuid" : "";
    Program.check("mount", "-o", "loop" + more, clone.toString(), shown.toString());
    return () -> {
      try {
        Waits.until(
            shown + " is not busy",
            () -> Program.run(java.util.List.of("umount", shown.toString())).exitCode() == 0);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    };
  }

  /** Returns where a copy is shown. */
  Path shown() {
    return shown;
  }

  /** A copy that can be looked at. */
  interface Shown extends AutoCloseable {
    @Override
    void close();
  }

  /** Goes on from a copy, as the machine does that comes back. */
  void goBackTo(Path clone) throws IOException {
    inner.unmount();
    Program.check("cp", "--reflink=always", clone.toString(), inner.image().toString());
    mount();
  }

  @Override
  public void close() {
    inner.close();
    outer.close();
  }
}
