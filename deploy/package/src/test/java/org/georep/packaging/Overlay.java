package org.georep.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.testing.Program;

/**
 * This host's root directory with a layer over it: programs that run in it see this host's files,
 * and what they write is gone when it is closed. Needs root and overlayfs.
 */
final class Overlay implements AutoCloseable {
  private final Path layer;
  private final Path root;

  /** Mounts it below an empty directory. */
  Overlay(Path directory) throws IOException {
    layer = Files.createDirectories(directory.resolve("layer"));
    root = Files.createDirectories(directory.resolve("root"));
    Program.check("mount", "-t", "tmpfs", "none", layer.toString());
    Path upper = Files.createDirectories(layer.resolve("upper"));
    Path work = Files.createDirectories(layer.resolve("work"));
    Program.check(
        "mount",
        "-t",
        "overlay",
        "overlay",
        "-o",
        "lowerdir=/,upperdir=" + upper + ",workdir=" + work,
        root.toString());
    Program.check("mount", "-t", "proc", "proc", root.resolve("proc").toString());
    Program.check("mount", "--bind", "/dev", root.resolve("dev").toString());
    Program.check("mount", "-t", "tmpfs", "none", root.resolve("tmp").toString());
    Program.check("mount", "-t", "tmpfs", "none", root.resolve("run").toString());
    Program.check("mount", "-t", "tmpfs", "none", root.resolve("var/lib").toString());
    Program.check(
        "cp", "-a", "/var/lib/dpkg", root.resolve("var/lib").toString()); // of this host's layer
  }

  /** Returns where a path of it is. */
  Path at(String path) {
    return root.resolve(path.substring(1));
  }

  /** Runs a program in it. */
  Program.Result run(String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("chroot", root.toString()));
    all.addAll(List.of(command));
    return Program.run(all);
  }

  @Override
  public void close() throws IOException {
    Program.run(List.of("umount", "-R", "-l", root.toString()));
    Program.run(List.of("umount", "-l", layer.toString()));
  }
}
