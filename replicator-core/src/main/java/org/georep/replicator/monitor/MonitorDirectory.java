package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.georep.replicator.session.StateDirectory;

/** The monitor's own files: {@code STATE/.monitor}, a name that no session can have. */
public final class MonitorDirectory {
  private static final String MARK = ".capture";

  private final Path path;

  /** Names it; it need not be there. */
  public MonitorDirectory(StateDirectory state) {
    this.path = state.path().resolve(".monitor");
  }

  /** Makes it, for its owner only. */
  void make() throws IOException {
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Returns what a running monitor holds. */
  Path lock() {
    return path.resolve("lock");
  }

  /** Returns the volumes that have a mark. */
  List<String> captured() throws IOException {
    List<String> volumes = new ArrayList<>();
    try (DirectoryStream<Path> marks = Files.newDirectoryStream(path, "*" + MARK)) {
      for (Path mark : marks) {
        String name = Objects.requireNonNull(mark.getFileName()).toString();
        volumes.add(name.substring(0, name.length() - MARK.length()));
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return volumes;
  }

  /** Returns where a volume's capture says which process it is, see {@link ProcessMark}. */
  Path captureMark(String volume) {
    return path.resolve(volume + MARK);
  }

  /** Returns what a volume's capture said on standard error. */
  Path captureErrors(String volume) {
    return path.resolve(volume + ".capture.err");
  }
}
