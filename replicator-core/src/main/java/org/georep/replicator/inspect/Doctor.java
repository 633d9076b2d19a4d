package org.georep.replicator.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.georep.name.Shown;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;
import org.georep.replicator.session.StateDirectory;

/** Looks whether this host has what a primary's or a secondary's side needs. Changes nothing. */
public final class Doctor {
  private static final int OLDEST_JAVA = 17;
  private static final long FEW_WATCHES = 100_000;
  private static final Path WATCHES = Path.of("/proc/sys/fs/inotify/max_user_watches");
  private static final int FANOTIFY =
      Linux.FAN_REPORT_FID | Linux.FAN_REPORT_DIR_FID | Linux.FAN_REPORT_NAME;

  private final Libc libc;
  private final StateDirectory state;
  private final List<Path> searchPath;
  private final byte[] watched;

  /**
   * Makes one.
   *
   * @param searchPath where programs are looked for
   * @param watched a directory on the file system that is to be watched, such as a primary
   */
  public Doctor(Libc libc, StateDirectory state, List<Path> searchPath, byte[] watched) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.state = Objects.requireNonNull(state, "state is null");
    this.searchPath = List.copyOf(searchPath);
    this.watched = watched.clone();
  }

  /** Returns what was found, in a fixed order. */
  public List<Finding> examine() throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(
        program(
            "ssh", "-V", "secondaries on other hosts cannot be reached. Install openssh-client"));
    findings.add(program("rsync", "--version", "the engine rsync is not available. Install rsync"));
    findings.add(program("tar", "--version", "the engine tarssh is not available. Install tar"));
    findings.add(user());
    findings.add(fanotify());
    findings.add(inotify());
    findings.add(stateDirectory());
    return findings;
  }

  private static Finding java() {
    int version = Runtime.version().feature();
    String found = "Java " + Runtime.version();
    return version >= OLDEST_JAVA
        ? Finding.ok("java", found)
        : Finding.error("java", found + " is too old. Install Java 17 or newer.");
  }

  private Finding program(String name, String question, String missing)
      throws InterruptedException {
    Optional<Path> found =
        searchPath.stream().map(dir -> dir.resolve(name)).filter(Files::isExecutable).findFirst();
    if (found.isEmpty()) {
      return Finding.warning(name, name + " is not in the search path: " + missing + ".");
    }
    return Finding.ok(name, found.get() + ", " + firstLine(found.get(), question));
  }

  private static String firstLine(Path program, String question) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(program.toString(), question)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      byte[] said = process.getInputStream().readNBytes(4096);
      process.getInputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      String text = new String(said, StandardCharsets.ISO_8859_1);
      String line = text.lines().findFirst().orElse("says no version");
      return Shown.of(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return "cannot be run: " + e.getMessage();
    }
  }

  private Finding user() {
    return libc.geteuid() == 0
        ? Finding.ok("user", "root: owners, devices and all attributes are kept")
        : Finding.warning(
            "user",
            "not root: owners, device nodes, trusted attributes are not kept, and capture needs a"
                + " watch for each directory. Run as root for an exact copy.");
  }

  private Finding fanotify() {
    String where = Shown.of(watched);
    int descriptor;
    try {
      descriptor = libc.fanotifyInit(Linux.FAN_CLOEXEC | FANOTIFY, 0);
    } catch (PosixException e) {
      return Finding.warning(
          "fanotify",
          "does not work here ("
              + e.getMessage()
              + "): inotify is used. It needs root and Linux 5.9 or newer.");
    }
    try {
      libc.fanotifyMark(
          descriptor,
          Linux.FAN_MARK_ADD | Linux.FAN_MARK_FILESYSTEM,
          Linux.FAN_CREATE | Linux.FAN_ONDIR,
          Linux.AT_FDCWD,
          watched);
      return Finding.ok("fanotify", "works: the whole file system of " + where + " can be watched");
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
        return Finding.error("fanotify", where + " is no directory. Name the primary.");
      }
      return Finding.warning(
          "fanotify",
          "works, though not on the file system of "
              + where
              + " ("
              + e.getMessage()
              + "): inotify is used there, or crawls.");
    } finally {
      close(descriptor);
    }
  }

  private void close(int descriptor) {
    try {
      libc.close(descriptor);
    } catch (PosixException e) {
      // It was only looked at.
    }
  }

  private static Finding inotify() {
    try {
      long watches = Long.parseLong(Files.readString(WATCHES, StandardCharsets.US_ASCII).strip());
      return watches >= FEW_WATCHES
          ? Finding.ok("inotify", watches + " directories can be watched")
          : Finding.warning(
              "inotify",
              "only "
                  + watches
                  + " directories can be watched; what is beyond is found by crawls. As root:"
                  + " sysctl fs.inotify.max_user_watches=1048576");
    } catch (IOException | NumberFormatException e) {
      return Finding.warning("inotify", WATCHES + " cannot be read. Is /proc mounted?");
    }
  }

  private Finding stateDirectory() {
    Path at = state.path();
    while (at != null && !Files.exists(at)) {
      at = at.getParent();
    }
    String shown = Shown.of(RawPath.toBytes(state.path()));
    return at != null && Files.isDirectory(at) && Files.isWritable(at)
        ? Finding.ok("state", shown)
        : Finding.error(
            "state",
            shown + " cannot be written. Name another with --state-dir DIR, or make it writable.");
  }
}
