package org.georep.changelog.capture;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.georep.changelog.capture.fanotify.FanotifySource;
import org.georep.changelog.capture.inotify.InotifySource;
import org.georep.name.Shown;
import org.georep.posix.Libc;
import org.georep.posix.Linux;

/**
 * Which source captures a volume, and why.
 *
 * @param source open, so capturing already; nothing if changes are found by crawls alone
 * @param reason why this one, as a sentence without a full stop
 */
public record CaptureChoice(Optional<ChangeSource> source, String reason) {
  /** Checks its parts. */
  public CaptureChoice {
    Objects.requireNonNull(source, "source is null");
    Objects.requireNonNull(reason, "reason is null");
  }

  /** Returns the source's name, {@code none} without one. */
  public String name() {
    return source.map(ChangeSource::name).orElse("none");
  }

  /**
   * Opens the source that was wished for, or with {@link CaptureWish#AUTO} the best that works.
   *
   * @param root path of the volume's root
   * @throws CaptureUnavailableException if what was wished for does not work; its message says what
   *     does
   * @throws IOException if the root cannot be opened
   */
  public static CaptureChoice open(Libc libc, byte[] root, CaptureWish wish) throws IOException {
    return switch (wish) {
      case NONE -> none("it was asked for");
      case FANOTIFY -> of(FanotifySource.open(libc, root), "it was asked for");
      case INOTIFY -> of(InotifySource.open(libc, root), "it was asked for");
      case AUTO -> automatic(libc, root);
    };
  }

  private static CaptureChoice automatic(Libc libc, byte[] root) throws IOException {
    Optional<String> shared = SharedFileSystem.name(type(libc, root));
    if (shared.isPresent()) {
      // Half of the changes would look like all of them.
      return none(
          Shown.of(root)
              + " is on "
              + shared.get()
              + ", whose files can change without this kernel's knowing; if all changes are made on"
              + " this host, use --capture inotify");
    }
    String why;
    try {
      return of(FanotifySource.open(libc, root), "it covers the whole file system");
    } catch (CaptureUnavailableException e) {
      why = e.getMessage();
    }
    try {
      return of(InotifySource.open(libc, root), "fanotify does not work here: " + why);
    } catch (CaptureUnavailableException e) {
      return none(why + "; " + e.getMessage());
    }
  }

  private static long type(Libc libc, byte[] root) throws IOException {
    int descriptor = libc.openat(Linux.AT_FDCWD, root, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    try {
      return libc.fstatfs(descriptor).type();
    } finally {
      libc.close(descriptor);
    }
  }

  private static CaptureChoice of(ChangeSource source, String reason) {
    return new CaptureChoice(Optional.of(source), reason);
  }

  private static CaptureChoice none(String reason) {
    return new CaptureChoice(Optional.empty(), reason);
  }
}
