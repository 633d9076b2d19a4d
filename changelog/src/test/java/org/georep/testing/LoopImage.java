package org.georep.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.georep.posix.NativeLibc;

/**
 * A file system of its own: an image in a file, made and mounted by loop device; or a tmpfs, which
 * has no image and is empty after each mount. {@link #close} unmounts and removes it. Needs root.
 */
public final class LoopImage implements AutoCloseable {
  private static final long MIB = 1024L * 1024;

  /** A kind of file system. */
  public enum Kind {
    /** ext4, 64 MiB, with the blocks and inodes a large one has. */
    EXT4(64, "-q", "-F", "-b", "4096", "-I", "256"),
    /** xfs, 512 MiB, its smallest with default options. */
    XFS(512, "-q", "-f"),
    /** btrfs, 256 MiB. */
    BTRFS(256, "-q", "-f"),
    /** tmpfs, 64 MiB. */
    TMPFS(64);

    private final int mebibytes;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<String> options;

    Kind(int mebibytes, String... options) {
      this.mebibytes = mebibytes;
      this.options = List.of(options);
    }

    /** Returns its name as mount(8) wants it. */
    public String fileSystem() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Kind kind;
  private final Path image;
  private final Path mountPoint;
  private boolean mounted;

  private LoopImage(Kind kind, Path image, Path mountPoint) {
    this.kind = kind;
    this.image = image;
    this.mountPoint = mountPoint;
  }

  /** Skips the test, with the reason, where such a file system cannot be made here. */
  public static void assumeAvailable(Kind kind) {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "mounting needs root");
    assumeTrue(kernelKnows(kind.fileSystem()), "this kernel has no " + kind.fileSystem());
    if (kind != Kind.TMPFS) {
      String program = "mkfs." + kind.fileSystem();
      assumeTrue(Program.find(program).isPresent(), program + " is not installed");
      assumeTrue(
          Files.exists(Path.of("/dev/loop-control")),
          "there are no loop devices (/dev/loop-control)");
    }
  }

  private static boolean kernelKnows(String fileSystem) {
    try {
      return Files.readAllLines(Path.of("/proc/filesystems")).stream()
          .anyMatch(line -> line.endsWith("\t" + fileSystem));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes one and mounts it, skipping the test where that is not possible.
   *
   * @param directory where image and mount point are kept, a {@link Sandbox}'s
   */
  public static LoopImage mounted(Kind kind, Path directory) {
    LoopImage image = create(kind, directory, kind.mebibytes);
    image.mount();
    return image;
  }

  /**
   * Makes one, not yet mounted, skipping the test where that is not possible.
   *
   * @param makeOptions more options for mkfs
   */
  public static LoopImage create(Kind kind, Path directory, int mebibytes, String... makeOptions) {
    assumeAvailable(kind);
    try {
      Path mountPoint = Files.createTempDirectory(directory, kind.fileSystem() + "-mount");
      Path image = mountPoint.resolveSibling(mountPoint.getFileName() + ".img");
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(mebibytes * MIB);
      }
      if (kind != Kind.TMPFS) {
        List<String> command = new ArrayList<>();
        command.add(Program.find("mkfs." + kind.fileSystem()).orElseThrow().toString());
        command.addAll(kind.options);
        command.addAll(Arrays.asList(makeOptions));
        command.add(image.toString());
        Program.check(command);
      }
      return new LoopImage(kind, image, mountPoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Mounts it. */
  public void mount(String... options) {
    List<String> all = new ArrayList<>(Arrays.asList(options));
    if (kind == Kind.TMPFS) {
      all.add("size=" + size());
    } else {
      all.add("loop");
    }
    Program.check(
        "mount",
        "-t",
        kind.fileSystem(),
        "-o",
        String.join(",", all),
        kind == Kind.TMPFS ? "tmpfs" : image.toString(),
        mountPoint.toString());
    mounted = true;
  }

  private long size() {
    try {
      return Files.size(image);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Unmounts it; on another round, {@link #mount} shows what was written. Another process may have
   * it in use for a moment, so tries for a while. A mount namespace made meanwhile without {@code
   * --propagation slave} has a mount of its own: whoever changed the image then would damage the
   * file system, so this waits for its end.
   */
  public void unmount() {
    try {
      Waits.until(
          mountPoint + " is not busy",
          () -> Program.run(List.of("umount", mountPoint.toString())).exitCode() == 0);
      if (kind != Kind.TMPFS) {
        Waits.until(
            "no other mount namespace has " + image + " mounted",
            () -> Program.run(List.of("losetup", "-j", image.toString())).output().isBlank());
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    mounted = false;
  }

  /** Returns where it is mounted. */
  public Path mountPoint() {
    return mountPoint;
  }

  /** Returns the image file; empty for tmpfs. */
  public Path image() {
    return image;
  }

  /** Returns its kind. */
  public Kind kind() {
    return kind;
  }

  @Override
  public void close() {
    if (mounted) {
      unmount();
    }
    try {
      Files.deleteIfExists(image);
      Files.deleteIfExists(mountPoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return kind.fileSystem() + " at " + mountPoint;
  }
}
