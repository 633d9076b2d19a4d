package org.georep.changelog.capture.fanotify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.georep.changelog.capture.CaptureUnavailableException;
import org.georep.changelog.capture.ChangeSource;
import org.georep.changelog.capture.DrainMarks;
import org.georep.changelog.capture.EventPump;
import org.georep.changelog.capture.EventQueue;
import org.georep.changelog.capture.MountChange;
import org.georep.changelog.capture.MountWatch;
import org.georep.changelog.capture.RecordSink;
import org.georep.changelog.capture.StopSignal;
import org.georep.changelog.capture.VolumeRoot;
import org.georep.name.EntryPath;
import org.georep.name.Shown;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * Captures by one fanotify mark on the volume's file system. From {@link #open} on the kernel
 * queues every change of the file system, in memory, without limit; nothing is durable before the
 * sink made it so, and what was not read when the process ends is lost.
 *
 * <p>Guarantee: every change of a name, of content or of attributes in the volume is in a record by
 * the next mark, except writes through a mapping that stays open. Changes elsewhere on the file
 * system appear only as far as they can matter: see {@link
 * org.georep.changelog.record.ChangeRecord.Outside} and files with several names.
 */
public final class FanotifySource implements ChangeSource {
  static final int FLAGS =
      Linux.FAN_CLOEXEC
          | Linux.FAN_NONBLOCK
          | Linux.FAN_UNLIMITED_MARKS
          | Linux.FAN_REPORT_FID
          | Linux.FAN_REPORT_DIR_FID
          | Linux.FAN_REPORT_NAME
          | Linux.FAN_REPORT_TARGET_FID;
  static final long EVENTS =
      Linux.FAN_CREATE
          | Linux.FAN_DELETE
          | Linux.FAN_RENAME
          | Linux.FAN_MODIFY
          | Linux.FAN_ATTRIB
          | Linux.FAN_CLOSE_WRITE
          | Linux.FAN_ONDIR;

  /** How long the kernel's queue may get. */
  public enum QueueLength {
    /** As long as memory lasts. */
    UNLIMITED,
    /** {@code fs.fanotify.max_queued_events}; then a gap. */
    KERNEL_LIMIT
  }

  private final Libc libc;
  private final VolumeRoot root;
  private final MountWatch mounts;
  private final StopSignal stop;
  private final DrainMarks marks = new DrainMarks();
  private final int descriptor;
  private final long ownPid;

  private FanotifySource(
      Libc libc, VolumeRoot root, MountWatch mounts, StopSignal stop, int descriptor, long ownPid) {
    this.ownPid = ownPid;
    this.libc = libc;
    this.root = root;
    this.mounts = mounts;
    this.stop = stop;
    this.descriptor = descriptor;
  }

  /**
   * Starts capturing the volume with the root directory of the given path.
   *
   * @throws CaptureUnavailableException if fanotify cannot serve here; its message says what can
   * @throws IOException if the root cannot be opened
   */
  public static FanotifySource open(Libc libc, byte[] root) throws IOException {
    return open(libc, root, QueueLength.UNLIMITED);
  }

  /** As {@link #open(Libc, byte[])}, with a choice of the queue's length. */
  public static FanotifySource open(Libc libc, byte[] root, QueueLength length) throws IOException {
    return open(libc, root, length, ProcessHandle.current().pid());
  }

  /** As above, with the process whose changes outside the volume are not told of. */
  static FanotifySource open(Libc libc, byte[] root, QueueLength length, long ownPid)
      throws IOException {
    return open(libc, root, length, ownPid, MarkAhead.ofProcess());
  }

  /** As above, with the mark that was perhaps set ahead. */
  static FanotifySource open(
      Libc libc, byte[] root, QueueLength length, long ownPid, MarkAhead ahead) throws IOException {
    VolumeRoot opened = VolumeRoot.open(libc, root);
    int descriptor = -1;
    MountWatch mounts = null;
    try {
      descriptor = mark(libc, opened, root, length, ahead);
      mounts = MountWatch.open(libc, opened);
      return new FanotifySource(libc, opened, mounts, new StopSignal(libc), descriptor, ownPid);
    } catch (IOException | RuntimeException e) {
      if (mounts != null) {
        mounts.close();
      }
      if (descriptor >= 0) {
        libc.close(descriptor);
      }
      opened.close();
      throw e;
    }
  }

  private static int mark(
      Libc libc, VolumeRoot root, byte[] path, QueueLength length, MarkAhead ahead)
      throws IOException {
    boolean unlimited = length == QueueLength.UNLIMITED;
    OptionalInt taken = unlimited ? ahead.take(libc, root.descriptor()) : OptionalInt.empty();
    int descriptor;
    try {
      descriptor =
          taken.isPresent()
              ? taken.getAsInt()
              : libc.fanotifyInit(unlimited ? FLAGS | Linux.FAN_UNLIMITED_QUEUE : FLAGS, 0);
    } catch (PosixException e) {
      throw Refusal.explain(e, path);
    }
    try {
      if (taken.isEmpty()) {
        libc.fanotifyMark(
            descriptor,
            Linux.FAN_MARK_ADD | Linux.FAN_MARK_FILESYSTEM,
            EVENTS,
            root.descriptor(),
            new byte[] {'.'});
      }
      // Without it no directory's place could be learnt: CAP_DAC_READ_SEARCH may be missing.
      libc.close(
          libc.openByHandleAt(
              root.descriptor(),
              org.georep.posix.FileHandle.of(root.gfid())
                  .orElseThrow(
                      () ->
                          new CaptureUnavailableException(
                              "the file system of "
                                  + Shown.of(path)
                                  + " gives no file handles: use --capture inotify")),
              Linux.O_PATH));
      return descriptor;
    } catch (PosixException e) {
      libc.close(descriptor);
      throw Refusal.explain(e, path);
    } catch (CaptureUnavailableException e) {
      libc.close(descriptor);
      throw e;
    }
  }

  @Override
  public String name() {
    return "fanotify";
  }

  /** Returns 1: the mark covers every directory of the file system, however it is mounted. */
  @Override
  public double coverage() {
    return 1;
  }

  /** Returns the mount points that are left out of the volume. May be called from any thread. */
  public List<EntryPath> mountPoints() {
    return mounts.mountPoints();
  }

  @Override
  public void run(RecordSink sink) throws IOException {
    new EventPump(libc, new Queue(), mounts, marks, stop).run(sink);
  }

  @Override
  public void nudge() {
    stop.nudge();
  }

  @Override
  public void stop() {
    stop.raise();
  }

  @Override
  public void close() throws IOException {
    try (root;
        mounts;
        stop) {
      libc.close(descriptor);
    }
  }

  /** What one run knows. */
  private final class Queue implements EventQueue {
    private final Canary canary = new Canary(libc, root);
    private final RecordWriter writer;

    Queue() {
      DirectoryFinder finder = new DirectoryFinder(libc, root);
      writer =
          new RecordWriter(
              finder, new DirectoryCache(finder, DirectoryCache.LIMIT), root.gfid(), ownPid);
    }

    @Override
    public int descriptor() {
      return descriptor;
    }

    @Override
    public void take(ByteBuffer events, RecordSink sink) throws IOException {
      while (events.hasRemaining()) {
        FanotifyEvent event = EventParser.next(events);
        if (event.has(Linux.FAN_Q_OVERFLOW)) {
          canary.lost();
        }
        Instant proved = canary.proved(event);
        if (proved != null) {
          writer.beforeMark(sink);
          marks.mark(proved, sink);
        } else {
          writer.accept(event, sink);
        }
      }
    }

    @Override
    public void mountsChanged(RecordSink sink) throws IOException {
      for (MountChange change : mounts.changes()) {
        change.writeTo(sink);
      }
    }

    @Override
    public boolean emptied(Instant before, RecordSink sink) throws IOException {
      writer.beforeMark(sink);
      writer.emptied();
      return true;
    }

    @Override
    public void underLoad(RecordSink sink) throws IOException {
      canary.touch(marks.beforeDrain(sink));
    }
  }

  /** Says in plain words why the kernel refused. */
  private static final class Refusal {
    private Refusal() {}

    static CaptureUnavailableException explain(PosixException e, byte[] path) {
      String volume = Shown.of(path);
      String why =
          switch (e.errno()) {
            case Errno.EPERM ->
                "fanotify needs root (CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH): run as root, or use"
                    + " --capture inotify";
            case Errno.EOPNOTSUPP ->
                "the file system of "
                    + volume
                    + " gives no file handles that can be opened again, as overlayfs without"
                    + " nfs_export: use --capture inotify";
            case Errno.ENODEV ->
                "the file system of "
                    + volume
                    + " has no identity of its own, as FUSE: use --capture none, or run on the host"
                    + " where the files are";
            case Errno.EXDEV ->
                volume
                    + " is a btrfs subvolume, which fanotify cannot mark: mount the file system's"
                    + " top level and replicate the subvolume's path below it, or use --capture"
                    + " inotify";
            case Errno.ENOSYS, Errno.EINVAL ->
                "this kernel's fanotify is too old (Linux 5.17 or newer is needed): use --capture"
                    + " inotify";
            case Errno.EMFILE ->
                "too many programs use fanotify: raise fs.fanotify.max_user_groups or the limit of"
                    + " open files, or use --capture inotify";
            default -> "fanotify failed on " + volume + ": use --capture inotify";
          };
      return new CaptureUnavailableException(why + " (" + e.getMessage() + ")", e);
    }
  }
}
