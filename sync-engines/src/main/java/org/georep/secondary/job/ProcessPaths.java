package org.georep.secondary.job;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.georep.posix.RawPath;

/**
 * Paths of directories as arguments of a program. Java encodes arguments in the locale's charset,
 * which over ssh often is plain ASCII; a path with other bytes would not arrive. Such a directory
 * is held open until {@link #close}, and the program given {@code /proc/PID/fd/N} of this process.
 */
final class ProcessPaths implements AutoCloseable {
  private final List<FileChannel> held = new ArrayList<>();

  /** Returns text that means the directory to a program started by this process. */
  String of(Path directory) throws IOException {
    byte[] bytes = RawPath.toBytes(directory);
    boolean plain = true;
    for (byte b : bytes) {
      plain &= b >= ' ' && b < 0x7f;
    }
    if (plain) {
      return new String(bytes, StandardCharsets.US_ASCII);
    }
    held.add(FileChannel.open(directory, StandardOpenOption.READ));
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : all) {
        if (Files.isDirectory(descriptor) && Files.isSameFile(descriptor, directory)) {
          return "/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor.getFileName();
        }
      }
    }
    throw new IOException("the secondary's directory went away while it was opened");
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : held) {
      channel.close();
    }
  }
}
