package org.georep.changelog.capture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.Mount;
import org.georep.posix.Mounts;
import org.georep.posix.PosixException;

/**
 * Sees mounts come and go at and below a volume's root. A volume is one file system: what is
 * mounted below its root is left out, and what such a mount hides shows again when it goes, without
 * any event of its own.
 */
public final class MountWatch implements AutoCloseable {
  private static final byte[] MOUNTINFO =
      "/proc/self/mountinfo".getBytes(StandardCharsets.US_ASCII);

  private final Libc libc;
  private final VolumeRoot root;
  private final int descriptor;
  private volatile Map<Long, EntryPath> known;

  private MountWatch(Libc libc, VolumeRoot root, int descriptor) throws IOException {
    this.libc = libc;
    this.root = root;
    this.descriptor = descriptor;
    this.known = read();
  }

  /** Starts watching; what is mounted by now is no change. */
  public static MountWatch open(Libc libc, VolumeRoot root) throws IOException {
    int descriptor = libc.openat(Linux.AT_FDCWD, MOUNTINFO, Linux.O_RDONLY, 0);
    try {
      return new MountWatch(libc, root, descriptor);
    } catch (IOException | RuntimeException e) {
      libc.close(descriptor);
      throw e;
    }
  }

  /** Returns a descriptor that poll(2) finds to have priority data when the mount table changed. */
  public int descriptor() {
    return descriptor;
  }

  /** Returns the mount points that are left out of the volume. May be called from any thread. */
  public List<EntryPath> mountPoints() {
    return known.values().stream().filter(path -> !path.isRoot()).distinct().toList();
  }

  /** Reads the mount table and returns what changed since it was read last. */
  public List<MountChange> changes() throws IOException {
    Map<Long, EntryPath> before = known;
    Map<Long, EntryPath> now = read();
    List<MountChange> changes = new ArrayList<>();
    // One mount in another's stead at the same place is two changes: the ids differ.
    for (Map.Entry<Long, EntryPath> was : before.entrySet()) {
      if (!now.containsKey(was.getKey())) {
        changes.add(change(was.getValue(), true));
      }
    }
    for (Map.Entry<Long, EntryPath> is : now.entrySet()) {
      if (!before.containsKey(is.getKey())) {
        changes.add(change(is.getValue(), false));
      }
    }
    known = now;
    return changes;
  }

  /** A call that fails is no reason to stop: what cannot be told is told of as in doubt. */
  private MountChange change(EntryPath path, boolean gone) {
    try {
      return new MountChange(path, path.isRoot() ? Optional.empty() : place(path), gone, true);
    } catch (PosixException e) {
      return new MountChange(path, Optional.empty(), gone, false);
    }
  }

  private Optional<Place> place(EntryPath path) throws PosixException {
    List<FileName> names = path.names();
    EntryPath parent = EntryPath.of(names.subList(0, names.size() - 1));
    int directory;
    try {
      directory = root.openDirectory(parent, Linux.O_PATH);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV, Errno.EACCES)) {
        return Optional.empty();
      }
      throw e;
    }
    try {
      return Optional.of(new Place(root.gfid(directory), names.get(names.size() - 1)));
    } finally {
      root.release(directory);
    }
  }

  /** Those that lie directly on the root's own mount; one within another is that one's affair. */
  private Map<Long, EntryPath> read() throws IOException {
    byte[] path = root.path();
    EntryPath top = EntryPath.parse(java.util.Arrays.copyOfRange(path, 1, path.length));
    long own = root.stat().mountId();
    Map<Long, EntryPath> found = new HashMap<>();
    for (Mount mount : Mounts.read(libc).all()) {
      if (mount.parentId() == own && mount.id() != own && mount.point().startsWith(top)) {
        List<FileName> names = mount.point().names();
        found.put(mount.id(), EntryPath.of(names.subList(top.names().size(), names.size())));
      }
    }
    return found;
  }

  @Override
  public void close() throws PosixException {
    libc.close(descriptor);
  }
}
