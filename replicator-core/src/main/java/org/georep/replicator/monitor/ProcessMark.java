package org.georep.replicator.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.AtomicFile;
import org.georep.posix.BootId;
import org.georep.posix.Libc;

/**
 * A file in which a process says which one it is: its id, when it started, and in which boot; so
 * that another process that was given the same id later is not taken for it. It outlives a process
 * that is killed, and then names nobody.
 */
public final class ProcessMark {
  private static final int AFTER_NAME_TO_START = 19;

  private final Path path;
  private final AtomicFile file;

  /** Names the file, in a directory that is there. */
  public ProcessMark(Libc libc, Path path) {
    this.path = Objects.requireNonNull(path, "path is null");
    this.file = new AtomicFile(libc, path);
  }

  /** Says that it is this process. */
  public void write() throws IOException {
    long pid = ProcessHandle.current().pid();
    String line = pid + " " + started(pid) + " " + BootId.current() + "\n";
    file.write(line.getBytes(StandardCharsets.US_ASCII));
  }

  /** Says that it is nobody, if it was this process. */
  public void delete() throws IOException {
    long pid = ProcessHandle.current().pid();
    if (process().filter(process -> process.pid() == pid).isPresent()) {
      file.delete();
    }
  }

  /** Returns the process, if it lives. */
  public Optional<ProcessHandle> process() throws IOException {
    Optional<byte[]> bytes = Files.exists(path) ? file.read() : Optional.empty();
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    String[] parts = new String(bytes.get(), StandardCharsets.US_ASCII).strip().split(" ", -1);
    try {
      long pid = Long.parseLong(parts[0]);
      boolean same =
          parts.length == 3
              && parts[2].equals(BootId.current().toString())
              && parts[1].equals(started(pid));
      return same ? ProcessHandle.of(pid).filter(ProcessHandle::isAlive) : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Returns when a process started, in the kernel's ticks since the boot; empty if it is gone. */
  private static String started(long pid) {
    try {
      String stat =
          Files.readString(
              Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
      // The name may hold anything; what follows it does not.
      String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return rest.length > AFTER_NAME_TO_START ? rest[AFTER_NAME_TO_START] : "";
    } catch (IOException e) {
      return "";
    }
  }
}
