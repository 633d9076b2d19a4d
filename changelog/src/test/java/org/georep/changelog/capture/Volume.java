package org.georep.changelog.capture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;

/** A file system of its own with a volume, {@code vol}, and what is not of it, {@code out}. */
public final class Volume implements AutoCloseable {
  private final Libc libc = NativeLibc.instance();
  private final LoopImage image;
  private final Path root;

  /** Makes one. */
  public Volume(LoopImage.Kind kind, Path directory) throws IOException {
    image = LoopImage.mounted(kind, directory);
    root = Files.createDirectory(image.mountPoint().resolve("vol"));
    Files.createDirectory(image.mountPoint().resolve("out"));
  }

  public Libc libc() {
    return libc;
  }

  public Path root() {
    return root;
  }

  public Path outside() {
    return image.mountPoint().resolve("out");
  }

  public byte[] bytes() {
    return RawPath.toBytes(root);
  }

  /** Runs a shell script in the volume's root, by a process of its own. */
  public void sh(String script) {
    Program.check(List.of("sh", "-euc", "cd " + root + "\n" + script));
  }

  public Gfid gfid(String path) throws PosixException {
    byte[] full = (root + "/" + path).getBytes(StandardCharsets.UTF_8);
    return libc.nameToHandleAt(Linux.AT_FDCWD, full, 0).toGfid();
  }

  public Place place(String path) throws PosixException {
    List<FileName> names = EntryPath.parse(path).names();
    String parent =
        names.subList(0, names.size() - 1).stream()
            .map(FileName::toString)
            .collect(Collectors.joining("/"));
    return new Place(gfid(parent.isEmpty() ? "." : parent), names.get(names.size() - 1));
  }

  /** Returns the gfids of everything below the root by path. */
  public Map<String, Gfid> gfids() throws IOException {
    try (var all = Files.walk(root)) {
      return all.collect(
          Collectors.toMap(
              path -> root.relativize(path).toString(),
              path -> {
                try {
                  return gfid(root.relativize(path).toString() + (path.equals(root) ? "." : ""));
                } catch (PosixException e) {
                  throw new AssertionError(e);
                }
              }));
    }
  }

  @Override
  public void close() {
    image.close();
  }
}
