package org.georep.changelog.capture.inotify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
import org.georep.changelog.capture.inotify.Departures.Departure;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captures by one inotify watch for each directory, without any privilege. When {@link #open}
 * returns, every directory is watched, as far as watches last; what could not be watched is counted
 * in {@link #uncovered} and has to be swept by a crawl.
 *
 * <p>Guarantee: every change of a name, of content or of attributes in a watched directory is in a
 * record by the next mark, except writes through a mapping that stays open, through a name outside
 * the volume, or through a name that was removed while the file was open. The queue is limited by
 * the kernel; when it overflows there is a gap.
 */
public final class InotifySource implements ChangeSource {
  private static final Logger LOG = LoggerFactory.getLogger(InotifySource.class);
  private static final Duration RETRY_UNCOVERED = Duration.ofMinutes(1);

  /** While the last directory that could not be watched was met less than a minute ago. */
  private static final Duration RETRY_SOON = Duration.ofSeconds(2);

  private final Libc libc;
  private final VolumeRoot root;
  private final MountWatch mounts;
  private final StopSignal stop;
  private final DrainMarks marks = new DrainMarks();
  private final int descriptor;
  private final WatchTree tree;
  private final OpenDirectories open;
  private final WatchWalk walk;

  private InotifySource(
      Libc libc, VolumeRoot root, MountWatch mounts, StopSignal stop, int descriptor)
      throws IOException {
    this.libc = libc;
    this.root = root;
    this.mounts = mounts;
    this.stop = stop;
    this.descriptor = descriptor;
    this.tree = new WatchTree(watchRoot());
    this.open = new OpenDirectories(root, tree);
    this.walk = new WatchWalk(libc, root, descriptor, tree, open);
    walk.everything();
    warnIfUncovered();
  }

  /**
   * Starts capturing the volume with the root directory of the given path.
   *
   * @throws CaptureUnavailableException if inotify cannot serve here; its message says what can
   * @throws IOException if the root cannot be opened
   */
  public static InotifySource open(Libc libc, byte[] root) throws IOException {
    VolumeRoot opened = VolumeRoot.open(libc, root);
    int descriptor = -1;
    MountWatch mounts = null;
    StopSignal stop = null;
    try {
      descriptor = init(libc);
      mounts = MountWatch.open(libc, opened);
      stop = new StopSignal(libc);
      return new InotifySource(libc, opened, mounts, stop, descriptor);
    } catch (IOException | RuntimeException e) {
      if (stop != null) {
        stop.close();
      }
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

  private static int init(Libc libc) throws IOException {
    try {
      return libc.inotifyInit(Linux.IN_CLOEXEC | Linux.IN_NONBLOCK);
    } catch (PosixException e) {
      throw new CaptureUnavailableException(
          "inotify cannot be used: raise fs.inotify.max_user_instances (sysctl), or use --capture"
              + " none ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private Directory watchRoot() throws IOException {
    try {
      return WatchWalk.watchRoot(libc, root, descriptor);
    } catch (PosixException e) {
      if (e.is(Errno.ENOSPC)) {
        throw new CaptureUnavailableException(
            "inotify cannot watch even the root: raise fs.inotify.max_user_watches (sysctl), or use"
                + " --capture none ("
                + e.getMessage()
                + ")",
            e);
      }
      throw e;
    }
  }

  private void warnIfUncovered() {
    if (tree.unwatchedCount() > 0) {
      LOG.warn(
          "{} of {} directories cannot be watched and are only swept by crawls: {}",
          tree.unwatchedCount(),
          tree.unwatchedCount() + tree.watchedCount(),
          walk.outOfWatches()
              ? "raise the limit with sysctl -w fs.inotify.max_user_watches="
                  + Math.max(1L << 20, 2L * (tree.unwatchedCount() + tree.watchedCount()))
                  + ", or run as root to use fanotify"
              : "this user may not read them. They are tried again now and then");
    }
  }

  @Override
  public String name() {
    return "inotify";
  }

  @Override
  public double coverage() {
    double watched = tree.watchedCount();
    double all = watched + tree.unwatchedCount();
    return Math.max(0, watched - walk.unreadableCount()) / Math.max(1, all);
  }

  /**
   * Returns how many directories are known that could not be watched; what lies in one that cannot
   * be read is not counted. May be called from any thread.
   */
  public int uncovered() {
    return tree.unwatchedCount();
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
        stop;
        open) {
      libc.close(descriptor);
    }
  }

  /** What one run knows. */
  private final class Queue implements EventQueue {
    private final TreeKeeper keeper = new TreeKeeper(libc, descriptor, tree, walk, open);
    private final EventWriter writer = new EventWriter(root, open);
    private int warned = tree.unwatchedCount();
    private long retried = System.nanoTime();
    private int known;

    /** When more directories than before could not be watched. */
    private long more = System.nanoTime();

    @Override
    public int descriptor() {
      return descriptor;
    }

    @Override
    public void take(ByteBuffer events, RecordSink sink) throws IOException {
      writer.nextRead();
      while (events.hasRemaining()) {
        InotifyEvent event = InotifyEvent.next(events);
        if (event.has(Linux.IN_Q_OVERFLOW)) {
          keeper.lost();
          sink.append(new ChangeRecord.Gap("the kernel's queue of inotify events overflowed"));
        } else {
          Directory directory = tree.byWatch(event.watch());
          if (directory != null) {
            happened(event, directory, sink);
          }
        }
      }
    }

    private void happened(InotifyEvent event, Directory directory, RecordSink sink)
        throws IOException {
      FileName name = event.name();
      if (event.has(Linux.IN_UNMOUNT | Linux.IN_IGNORED)) {
        if (directory == tree.root()) {
          throw new IOException(
              "the volume's root was removed or unmounted: bring it back, then start again");
        }
        keeper.dropped(directory);
      } else if (name == null) {
        if (event.has(Linux.IN_ATTRIB | Linux.IN_MODIFY)) {
          sink.append(new ChangeRecord.Metadata(directory.gfid(), tree.place(directory)));
        }
      } else if (directory != tree.root() || !VolumeRoot.reserved(name)) {
        named(event, directory, name, sink);
      }
    }

    private void named(InotifyEvent event, Directory directory, FileName name, RecordSink sink)
        throws IOException {
      if (event.has(Linux.IN_CREATE)) {
        writer.entry(directory, name, sink);
        if (event.onDirectory()) {
          keeper.made(directory, name, sink);
        }
      } else if (event.has(Linux.IN_DELETE)) {
        writer.entry(directory, name, sink);
        if (event.onDirectory()) {
          keeper.removed(directory, name, sink);
        }
      } else if (event.has(Linux.IN_MOVED_FROM)) {
        keeper.left(event.cookie(), directory, name, event.onDirectory());
      } else if (event.has(Linux.IN_MOVED_TO)) {
        arrived(event, directory, name, sink);
      } else {
        writer.changed(event, directory, name, sink);
        if (event.onDirectory()) {
          keeper.attributesChanged(directory, name, sink);
        }
      }
    }

    private void arrived(InotifyEvent event, Directory to, FileName name, RecordSink sink)
        throws IOException {
      Departure departure = keeper.departure(event.cookie());
      if (departure != null) {
        Optional<Gfid> moved = Optional.ofNullable(departure.moved()).map(Directory::gfid);
        writer.renamed(departure.from(), departure.name(), to, name, moved, sink);
        if (event.onDirectory()) {
          keeper.moved(departure, to, name, sink);
        }
      } else if (event.onDirectory()) {
        writer.entry(to, name, sink);
        keeper.cameIn(to, name, sink);
      } else {
        writer.cameIn(to, name, sink);
      }
    }

    @Override
    public void mountsChanged(RecordSink sink) throws IOException {
      for (MountChange change : mounts.changes()) {
        if (change.gone() && change.place().isPresent()) {
          List<FileName> names = change.path().names();
          Directory parent = tree.at(EntryPath.of(names.subList(0, names.size() - 1)));
          if (parent != null) {
            keeper.cameIn(parent, change.place().get().name(), sink);
          } else {
            keeper.lost();
          }
        } else if (!change.known()) {
          keeper.lost();
        }
        change.writeTo(sink);
      }
    }

    @Override
    public boolean emptied(Instant before, RecordSink sink) throws IOException {
      if (!keeper.settled(sink)) {
        return false;
      }
      writer.emptied();
      retry(sink);
      if (tree.unwatchedCount() > 2 * warned) {
        warned = tree.unwatchedCount();
        warnIfUncovered();
      }
      return true;
    }

    private void retry(RecordSink sink) throws IOException {
      long now = System.nanoTime();
      int unwatched = tree.unwatchedCount();
      if (unwatched > known) {
        more = now;
      }
      known = unwatched;
      boolean soon = unwatched > 0 && now - more < RETRY_UNCOVERED.toNanos();
      if (now - retried > (soon ? RETRY_SOON : RETRY_UNCOVERED).toNanos()) {
        retried = now;
        if (walk.outOfWatches()) {
          keeper.retryUncovered(sink);
        } else {
          keeper.retryShut(sink);
        }
      }
    }

    @Override
    public void underLoad(RecordSink sink) {
      // Without identities in events there is no telling which event is a canary's.
    }
  }
}
