package org.georep.changelog.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A file system of a test's own. Skips the test where none can be mounted. */
public final class Mounted implements AutoCloseable {
  private final Path point;

  private Mounted(Path point) {
    this.point = point;
  }

  /** A tmpfs of so many KiB. */
  public static Mounted tmpfs(Path point, int kilobytes) throws Exception {
    return mount(point, "-t", "tmpfs", "-o", "size=" + kilobytes + "k", "tmpfs");
  }

  /** An image that has a file system. */
  public static Mounted image(Path image, Path point) throws Exception {
    return mount(point, "-o", "loop", image.toString());
  }

  /** Makes an ext4 in a new image of so many MiB. */
  public static void format(Path image, int megabytes) throws Exception {
    Assumptions.assumeTrue(
        run("truncate", "-s", megabytes + "M", image.toString())
            && run("mkfs.ext4", "-q", "-F", image.toString()),
        "mkfs.ext4 is needed");
  }

  private static Mounted mount(Path point, String... arguments) throws Exception {
    Files.createDirectories(point);
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(arguments));
    command.add(point.toString());
    Assumptions.assumeTrue(
        run(command.toArray(String[]::new)), "root and mount are needed for " + command);
    return new Mounted(point);
  }

  public Path point() {
    return point;
  }

  static boolean run(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (!run("umount", point.toString())) {
        run("umount", "-l", point.toString());
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
