package org.georep.testing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Shown;
import org.georep.posix.Dirent;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.posix.Stat;

/**
 * All that must be the same in two trees, taken down entry by entry with plain libc calls and none
 * of the product's reading code. Left out: {@code .georep} and {@code lost+found} at the top,
 * georep's own attributes, and what lies below another mount's root (of the root itself only that
 * it is a directory is kept). The tree must be at rest.
 */
public final class TreeManifest {
  /** In characters; longer ones are told of by their hash, for each of their names tells of it. */
  private static final int LONGEST_GROUP = 4_000;

  private static final long BLOCK = 4096;
  private static final int BUFFER = 1 << 20;
  private static final String DATA = "data";
  private static final String UNWRITTEN = "unwritten";
  private static final Set<FileName> LEFT_OUT =
      Set.of(FileName.of(".georep"), FileName.of("lost+found"));

  /** Georep's own; and the ACLs a second time, as XFS has them on disk and shows them to root. */
  private static final List<String> LEFT_OUT_XATTRS =
      List.of("trusted.georep.", "user.georep.", "trusted.SGI_ACL_");

  /** What can be left out of a comparison. */
  public enum Aspect {
    /** Owner and group. */
    OWNER,
    /** Modification times. */
    MTIME,
    /** Extended attributes, and so ACLs. */
    XATTRS,
    /** Which blocks hold data; what is merely allocated ({@link Unwritten}) may or may not. */
    HOLES,
    /** Which names are of one file. */
    LINKS,
    /** The top directory's own attributes. */
    ROOT
  }

  private final SortedMap<String, SortedMap<String, String>> entries = new TreeMap<>();
  private final Map<String, TreeSet<String>> linked = new HashMap<>();
  private final Libc libc;
  private final Set<Aspect> without = EnumSet.noneOf(Aspect.class);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

  private TreeManifest(Libc libc, Aspect... without) {
    this.libc = libc;
    this.without.addAll(Arrays.asList(without));
  }

  /**
   * Takes down the tree at the path.
   *
   * @throws PosixException if something cannot be read, or vanished meanwhile
   */
  public static TreeManifest of(Libc libc, byte[] root, Aspect... without) throws PosixException {
    TreeManifest manifest = new TreeManifest(libc, without);
    int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
    int directory = libc.openat(Linux.AT_FDCWD, root, flags, 0);
    try {
      SortedMap<String, String> self = manifest.entries.computeIfAbsent(".", k -> new TreeMap<>());
      if (!manifest.without.contains(Aspect.ROOT)) {
        manifest.attributes(self, directory, manifest.stat(directory));
      }
      manifest.directory(directory, EntryPath.ROOT);
    } finally {
      libc.close(directory);
    }
    manifest.groupLinks();
    return manifest;
  }

  /** Returns how many entries it has, the root included. */
  public int size() {
    return entries.size();
  }

  /** Returns what was taken down, one line an entry. */
  public List<String> lines() {
    return entries.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList();
  }

  /**
   * Returns how {@code other} differs from this, one line a difference; empty if not at all. Paths
   * are escaped as {@link Shown} does.
   */
  public List<String> differences(TreeManifest other) {
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, SortedMap<String, String>> entry : entries.entrySet()) {
      String path = entry.getKey();
      SortedMap<String, String> theirs = other.entries.get(path);
      if (theirs == null) {
        lines.add("missing: " + path + " " + entry.getValue());
      } else {
        compare(path, entry.getValue(), theirs, lines);
      }
    }
    for (String path : other.entries.keySet()) {
      if (!entries.containsKey(path)) {
        lines.add("extra: " + path + " " + other.entries.get(path));
      }
    }
    return lines;
  }

  private static void compare(
      String path, Map<String, String> ours, Map<String, String> theirs, List<String> lines) {
    Set<String> keys = new TreeSet<>(ours.keySet());
    keys.addAll(theirs.keySet());
    keys.remove(UNWRITTEN);
    if (sameHoles(ours, theirs)) {
      keys.remove(DATA);
    }
    for (String key : keys) {
      String mine = ours.getOrDefault(key, "none");
      String other = theirs.getOrDefault(key, "none");
      if (!mine.equals(other)) {
        lines.add(path + ": " + key + " is " + other + ", should be " + mine);
      }
    }
  }

  /** Whether blocks are data in both or holes in both, but for those that are merely allocated. */
  private static boolean sameHoles(Map<String, String> ours, Map<String, String> theirs) {
    BitSet different = Blocks.of(ours.getOrDefault(DATA, ""));
    different.xor(Blocks.of(theirs.getOrDefault(DATA, "")));
    different.andNot(Blocks.of(ours.getOrDefault(UNWRITTEN, "")));
    different.andNot(Blocks.of(theirs.getOrDefault(UNWRITTEN, "")));
    return different.isEmpty();
  }

  private Stat stat(int descriptor) throws PosixException {
    return libc.statx(descriptor, new byte[0], Linux.AT_EMPTY_PATH);
  }

  private void directory(int directory, EntryPath path) throws PosixException {
    for (Dirent entry : libc.list(directory)) {
      if (!path.isRoot() || !LEFT_OUT.contains(entry.name())) {
        entry(directory, entry.name(), path.resolve(entry.name()));
      }
    }
  }

  private void entry(int parent, FileName name, EntryPath path) throws PosixException {
    byte[] bytes = name.toBytes();
    int file = libc.openat(parent, bytes, Linux.O_PATH | Linux.O_NOFOLLOW, 0);
    try {
      SortedMap<String, String> facts = new TreeMap<>();
      entries.put(path.toString(), facts);
      Stat stat = stat(file);
      if (stat.mountRoot()) {
        facts.put("type", "directory, another mount's");
        return;
      }
      attributes(facts, file, stat);
      if (stat.isDirectory()) {
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
        int directory = libc.openat(parent, bytes, flags, 0);
        try {
          directory(directory, path);
        } finally {
          libc.close(directory);
        }
        return;
      }
      if (stat.nlink() > 1 && !without.contains(Aspect.LINKS)) {
        linked
            .computeIfAbsent(stat.device() + ":" + stat.inode(), k -> new TreeSet<>())
            .add(path.toString());
      }
      if (stat.isRegular()) {
        content(facts, parent, bytes, stat.size());
      } else if (stat.isSymlink()) {
        facts.put("target", Shown.of(libc.readlinkat(file, new byte[0])));
      } else {
        facts.put("rdev", (stat.rdev() >>> 8) + ":" + (stat.rdev() & 0xff));
      }
    } finally {
      libc.close(file);
    }
  }

  private void attributes(SortedMap<String, String> facts, int file, Stat stat)
      throws PosixException {
    facts.put("type", type(stat.type()));
    facts.put("mode", Integer.toOctalString(stat.permissions()));
    if (!without.contains(Aspect.OWNER)) {
      facts.put("owner", Integer.toUnsignedString(stat.uid()));
      facts.put("group", Integer.toUnsignedString(stat.gid()));
    }
    if (!without.contains(Aspect.MTIME)) {
      facts.put("mtime", stat.mtime().toString());
    }
    if (!without.contains(Aspect.XATTRS)) {
      byte[] self = ProcPath.of(file);
      for (byte[] name : libc.listxattr(self)) {
        String shown = new String(name, StandardCharsets.ISO_8859_1);
        byte[] value = libc.getxattr(self, name);
        if (LEFT_OUT_XATTRS.stream().noneMatch(shown::startsWith)) {
          facts.put(
              "xattr " + Shown.of(name), value == null ? "gone" : HexFormat.of().formatHex(value));
        }
      }
    }
  }

  private static String type(int type) {
    return switch (type) {
      case Linux.S_IFREG -> "file";
      case Linux.S_IFDIR -> "directory";
      case Linux.S_IFLNK -> "symlink";
      case Linux.S_IFIFO -> "fifo";
      case Linux.S_IFSOCK -> "socket";
      case Linux.S_IFBLK -> "block device";
      case Linux.S_IFCHR -> "character device";
      default -> "type " + Integer.toOctalString(type);
    };
  }

  private void content(SortedMap<String, String> facts, int parent, byte[] name, long size)
      throws PosixException {
    facts.put("size", Long.toString(size));
    int flags = Linux.O_RDONLY | Linux.O_NOFOLLOW | Linux.O_NONBLOCK;
    int file = libc.openat(parent, name, flags, 0);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      buffer.clear();
      while (libc.read(file, buffer) > 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
      facts.put("sha256", HexFormat.of().formatHex(digest.digest()));
      if (!without.contains(Aspect.HOLES)) {
        facts.put(DATA, Blocks.text(data(file, size)));
        BitSet unwritten = Unwritten.blocks(file, size, BLOCK);
        if (!unwritten.isEmpty()) {
          facts.put(UNWRITTEN, Blocks.text(unwritten));
        }
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    } finally {
      libc.close(file);
    }
  }

  /** Which blocks hold data. */
  private BitSet data(int file, long size) throws PosixException {
    BitSet blocks = new BitSet();
    for (long at = next(file, 0, Linux.SEEK_DATA);
        at >= 0 && at < size;
        at = next(file, at, Linux.SEEK_DATA)) {
      long end = next(file, at, Linux.SEEK_HOLE);
      blocks.set((int) (at / BLOCK), (int) ((end + BLOCK - 1) / BLOCK));
      at = end;
    }
    return blocks;
  }

  /** The offset of the next data or hole; -1 where there is none, which is errno ENXIO. */
  private long next(int file, long from, int whence) throws PosixException {
    try {
      return libc.lseek(file, from, whence);
    } catch (PosixException e) {
      if (e.errno() == 6) {
        return -1;
      }
      throw e;
    }
  }

  private void groupLinks() {
    for (TreeSet<String> group : linked.values()) {
      if (group.size() > 1) {
        String all = group.toString();
        String names =
            all.length() <= LONGEST_GROUP
                ? all
                : group.first() + " and " + (group.size() - 1) + " more, hash " + all.hashCode();
        for (String path : group) {
          SortedMap<String, String> facts = entries.get(path);
          if (facts != null) {
            facts.put("links", names);
          }
        }
      }
    }
  }

  @Override
  public String toString() {
    return String.join("\n", lines());
  }
}
