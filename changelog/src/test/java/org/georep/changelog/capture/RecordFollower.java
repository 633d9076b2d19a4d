package org.georep.changelog.capture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.FileHandle;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.Stat;
import org.jspecify.annotations.Nullable;

/**
 * The oracle of capture: a picture of the volume that looks at nothing but what records name, as
 * the replicator does. When all is quiet it must equal the volume; where it does not, a record is
 * missing. What it once knew it never forgets, as if nothing ever left limbo. Needs root.
 */
public final class RecordFollower implements AutoCloseable {
  private static final byte[] EMPTY = new byte[0];

  private final Libc libc;
  private final VolumeRoot root;
  private final boolean everyChange;
  private final Map<Gfid, Map<FileName, Gfid>> directories = new HashMap<>();
  private final Map<Gfid, List<Object>> inodes = new HashMap<>();
  private final Set<Gfid> incomplete = new HashSet<>();

  /**
   * Takes the first picture.
   *
   * @param everyChange whether the change of a link count has to be seen too
   */
  public RecordFollower(Libc libc, byte[] path, boolean everyChange) throws PosixException {
    this.libc = libc;
    this.root = VolumeRoot.open(libc, path);
    this.everyChange = everyChange;
    know(root.gfid());
    complete();
  }

  private List<Object> attributes(Stat stat) {
    List<Object> all = new ArrayList<>();
    all.add(stat.mode());
    all.add(stat.mtime());
    if (!stat.isDirectory()) {
      all.add(stat.size());
    }
    if (everyChange) {
      all.add(stat.nlink());
    }
    return all;
  }

  /** Looks where records say. */
  public void follow(List<ChangeRecord> records) throws PosixException {
    for (ChangeRecord record : records) {
      if (record instanceof ChangeRecord.Entry entry) {
        look(entry.place());
      } else if (record instanceof ChangeRecord.Rename rename) {
        look(rename.from());
        look(rename.to());
      } else if (record instanceof ChangeRecord.Data data) {
        refresh(data.gfid());
      } else if (record instanceof ChangeRecord.Metadata metadata) {
        refresh(metadata.gfid());
      } else if (record instanceof ChangeRecord.Outside outside) {
        doubt(outside.directory());
      } else if (record instanceof ChangeRecord.Subtree subtree) {
        doubtAll(subtree.place(), new HashSet<>());
      } else {
        throw new AssertionError("unexpected: " + record);
      }
    }
    complete();
  }

  private void doubt(Gfid directory) {
    if (directories.containsKey(directory)) {
      incomplete.add(directory);
    }
  }

  private void doubtAll(Place place, Set<Gfid> met) throws PosixException {
    look(place);
    Map<FileName, Gfid> names = directories.get(place.directory());
    Gfid top = names == null ? null : names.get(place.name());
    if (top != null && directories.containsKey(top) && met.add(top)) {
      int descriptor = open(top, Linux.O_RDONLY);
      if (descriptor >= 0) {
        try {
          incomplete.add(top);
          for (Dirent entry : entries(descriptor)) {
            if (entry.type() == 4) {
              doubtAll(new Place(top, entry.name()), met);
            }
          }
        } finally {
          libc.close(descriptor);
        }
      }
    }
  }

  private void look(Place place) throws PosixException {
    int descriptor = open(place.directory(), Linux.O_PATH);
    if (descriptor < 0) {
      return;
    }
    try {
      if (!isInside(descriptor)) {
        doubt(place.directory());
      } else if (directories.containsKey(place.directory())) {
        look(place.directory(), descriptor, place.name());
        inodes.put(
            place.directory(), attributes(libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH)));
      }
    } finally {
      libc.close(descriptor);
    }
  }

  private void look(Gfid directory, int descriptor, FileName name) throws PosixException {
    Map<FileName, Gfid> names = directories.computeIfAbsent(directory, d -> new TreeMap<>());
    int file;
    try {
      file = libc.openat(descriptor, name.toBytes(), Linux.O_PATH | Linux.O_NOFOLLOW, 0);
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        names.remove(name);
        return;
      }
      throw e;
    }
    try {
      Gfid gfid = root.gfid(file);
      Stat stat = libc.statx(file, EMPTY, Linux.AT_EMPTY_PATH);
      names.put(name, gfid);
      inodes.put(gfid, attributes(stat));
      if (stat.isDirectory()) {
        know(gfid);
      }
    } finally {
      libc.close(file);
    }
  }

  private void know(Gfid directory) {
    if (!directories.containsKey(directory)) {
      directories.put(directory, new TreeMap<>());
      incomplete.add(directory);
    }
  }

  private void refresh(Gfid gfid) throws PosixException {
    int descriptor = open(gfid, Linux.O_PATH);
    if (descriptor >= 0) {
      try {
        if (inodes.containsKey(gfid)) {
          inodes.put(gfid, attributes(libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH)));
        }
      } finally {
        libc.close(descriptor);
      }
    }
  }

  /** Lists every directory in doubt that is in the volume, until none is. */
  private void complete() throws PosixException {
    boolean more = true;
    while (more) {
      more = false;
      for (Gfid directory : List.copyOf(incomplete)) {
        int descriptor = open(directory, Linux.O_RDONLY);
        if (descriptor < 0) {
          incomplete.remove(directory);
          continue;
        }
        try {
          if (isInside(descriptor)) {
            incomplete.remove(directory);
            list(directory, descriptor);
            more = true;
          }
        } finally {
          libc.close(descriptor);
        }
      }
    }
  }

  private void list(Gfid directory, int descriptor) throws PosixException {
    Set<FileName> names = new HashSet<>(directories.getOrDefault(directory, Map.of()).keySet());
    entries(descriptor).forEach(entry -> names.add(entry.name()));
    for (FileName name : names) {
      if (!directory.equals(root.gfid()) || !VolumeRoot.reserved(name)) {
        look(directory, descriptor, name);
      }
    }
    inodes.put(directory, attributes(libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH)));
  }

  private List<Dirent> entries(int descriptor) throws PosixException {
    try {
      return libc.list(descriptor);
    } catch (PosixException e) {
      // Removed since it was opened.
      if (e.is(Errno.ENOENT)) {
        return List.of();
      }
      throw e;
    }
  }

  private int open(Gfid gfid, int flags) throws PosixException {
    while (true) {
      try {
        return libc.openByHandleAt(root.descriptor(), FileHandle.of(gfid).orElseThrow(), flags);
      } catch (PosixException e) {
        if (e.is(Errno.ESTALE)) {
          return -1;
        }
        // ext4 says ENOMEM while the inode number is being given to a new file.
        if (!e.is(Errno.ENOMEM)) {
          throw e;
        }
      }
    }
  }

  private boolean isInside(int descriptor) throws PosixException {
    String top = new String(root.path(), java.nio.charset.StandardCharsets.ISO_8859_1);
    String path =
        new String(
            libc.readlinkat(Linux.AT_FDCWD, ProcPath.of(descriptor)),
            java.nio.charset.StandardCharsets.ISO_8859_1);
    return path.equals(top) || path.startsWith(top + "/");
  }

  /** Returns where the picture is not as the volume is: lines for people. */
  public List<String> differences() throws PosixException {
    List<String> found = new ArrayList<>();
    compare(root.gfid(), ".", found);
    return found;
  }

  private void compare(Gfid directory, String path, List<String> found) throws PosixException {
    int descriptor = open(directory, Linux.O_RDONLY);
    if (descriptor < 0) {
      found.add(path + " is gone");
      return;
    }
    try {
      same(path, libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH), inodes.get(directory), found);
      Map<FileName, Gfid> is = new TreeMap<>();
      for (Dirent entry : entries(descriptor)) {
        if (!directory.equals(root.gfid()) || !VolumeRoot.reserved(entry.name())) {
          is.put(entry.name(), root.gfid(descriptor, entry.name()));
        }
      }
      Map<FileName, Gfid> seen = directories.getOrDefault(directory, Map.of());
      if (!is.equals(seen)) {
        found.add(path + " holds " + is + " but is thought to hold " + seen);
      }
      for (Map.Entry<FileName, Gfid> entry : is.entrySet()) {
        String below = path + "/" + entry.getKey();
        Stat stat = libc.statx(descriptor, entry.getKey().toBytes(), Linux.AT_SYMLINK_NOFOLLOW);
        if (stat.isDirectory()) {
          compare(entry.getValue(), below, found);
        } else {
          same(below, stat, inodes.get(entry.getValue()), found);
        }
      }
    } finally {
      libc.close(descriptor);
    }
  }

  private void same(String path, Stat is, @Nullable List<Object> seen, List<String> found) {
    if (!attributes(is).equals(seen)) {
      found.add(path + " is " + attributes(is) + " but is thought to be " + seen);
    }
  }

  @Override
  public void close() throws PosixException {
    root.close();
  }
}
