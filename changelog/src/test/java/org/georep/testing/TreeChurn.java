package org.georep.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import org.georep.name.FileName;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.jspecify.annotations.Nullable;

/**
 * Does random things to a tree, of all the kinds that can happen to one. The same seed on the same
 * tree does the same things; the seed is printed, and {@link #log} has a line for each step. What
 * the file system refuses is no failure, and shown in the line.
 *
 * <p>One thread uses one of these; several may work on one tree (then nothing is the same twice).
 */
public final class TreeChurn {
  /** A kind of step, and how often it is taken in comparison. */
  public enum Step {
    CREATE(20),
    MKDIR(9),
    APPEND(6),
    WRITE(6),
    TRUNCATE(3),
    ALLOCATE(2),
    PUNCH_HOLE(2),
    CHMOD(4),
    CHOWN(3),
    SET_TIMES(3),
    SET_XATTR(4),
    REMOVE_XATTR(2),
    SET_ACL(3),
    LINK(5),
    SYMLINK(4),
    MAKE_NODE(3),
    RENAME(9),
    RENAME_OVER(6),
    EXCHANGE(3),
    UNLINK(6),
    RMDIR(3),
    REMOVE_TREE(1),
    COPY_LINKED(1);

    private final int weight;

    Step(int weight) {
      this.weight = weight;
    }
  }

  private static final int[] REFUSALS = {
    Errno.EPERM, Errno.ENOENT, Errno.EACCES, Errno.EBUSY, Errno.EEXIST, Errno.EXDEV, Errno.ENOTDIR,
    Errno.EISDIR, Errno.EINVAL, Errno.ETXTBSY, Errno.EFBIG, Errno.ENOSPC, Errno.EMLINK,
        Errno.ERANGE,
    Errno.ENAMETOOLONG, Errno.ENOTEMPTY, Errno.ELOOP, Errno.ENODATA, Errno.EOPNOTSUPP, Errno.ESTALE
  };

  private static final int PUNCH = Linux.FALLOC_FL_PUNCH_HOLE | Linux.FALLOC_FL_KEEP_SIZE;
  private static final int NOT_THROUGH_LINKS = Linux.AT_SYMLINK_NOFOLLOW;
  private static final int OWNERS = 0700;
  private static final int LARGEST_COPY = 40;
  private static final int FURTHEST = 1 << 20;

  private final Libc libc;
  private final long seed;
  private final Random random;
  private final ChurnNames names;
  private final ChurnPick pick;
  private final boolean root;
  private int longestTarget = 4095;
  private final Set<Step> steps = EnumSet.allOf(Step.class);
  private final List<String> log = new ArrayList<>();

  /**
   * Makes one for a tree.
   *
   * @param tree the path of its top directory
   */
  public TreeChurn(Libc libc, byte[] tree, long seed) {
    this.libc = libc;
    this.seed = seed;
    this.random = new Random(seed);
    this.names = new ChurnNames(random);
    this.pick = new ChurnPick(libc, tree, random);
    this.root = libc.geteuid() == 0;
    System.out.println(this);
  }

  /** Leaves out some kinds of step. */
  public TreeChurn without(Step... kinds) {
    steps.removeAll(List.of(kinds));
    return this;
  }

  /** Makes no symbolic link with a longer target, in bytes: XFS holds 1023. */
  public TreeChurn targetsUpTo(int length) {
    longestTarget = length;
    return this;
  }

  /** Takes only some kinds of step. */
  public TreeChurn only(Step... kinds) {
    steps.retainAll(List.of(kinds));
    return this;
  }

  /**
   * Takes some steps.
   *
   * @throws PosixException if one failed in a way a file system should not; the log tells which
   */
  public void run(int count) throws PosixException {
    for (int i = 0; i < count; i++) {
      step();
    }
  }

  /** Takes one step; the line about it. */
  public String step() throws PosixException {
    Step step = choose();
    String line = log.size() + " " + step + " ";
    try {
      line += take(step);
    } catch (PosixException e) {
      if (!e.is(REFUSALS)) {
        throw e;
      }
      line += "refused: " + e.getMessage();
    }
    log.add(line);
    return line;
  }

  /** Returns the lines of all steps. */
  public List<String> log() {
    return Collections.unmodifiableList(log);
  }

  @Override
  public String toString() {
    return "TreeChurn with seed " + seed + "L";
  }

  private Step choose() {
    int at = random.nextInt(steps.stream().mapToInt(step -> step.weight).sum());
    for (Step step : steps) {
      at -= step.weight;
      if (at < 0) {
        return step;
      }
    }
    throw new IllegalStateException("no steps are left");
  }

  private String take(Step step) throws PosixException {
    return switch (step) {
      case CREATE -> create();
      case MKDIR -> make((spot, name) -> libc.mkdirat(spot, name, mode()));
      case SYMLINK -> symlink();
      case MAKE_NODE -> node();
      case APPEND -> change((file, size) -> write(file, size, content()));
      case WRITE -> change((file, size) -> write(file, random.nextInt(FURTHEST), content()));
      case TRUNCATE -> change((file, size) -> libc.ftruncate(file, random.nextInt(FURTHEST)));
      case ALLOCATE -> change((file, size) -> libc.fallocate(file, keepSize(), offset(), length()));
      case PUNCH_HOLE -> change((file, size) -> libc.fallocate(file, PUNCH, offset(), length()));
      case CHMOD -> on(TreeChurn::noSymlink, (d, name) -> libc.fchmodat(d, name, mode()));
      case CHOWN -> on(TreeChurn::any, this::chown);
      case SET_TIMES ->
          on(TreeChurn::any, (d, name) -> libc.utimensat(d, name, null, time(), NOT_THROUGH_LINKS));
      case SET_XATTR -> on(TreeChurn::any, this::setXattr);
      case REMOVE_XATTR -> on(TreeChurn::any, this::removeXattr);
      case SET_ACL -> on(TreeChurn::noSymlink, this::setAcl);
      case LINK -> move(TreeChurn::noDirectory, (from, a, to, b) -> libc.linkat(from, a, to, b, 0));
      case RENAME ->
          move(
              TreeChurn::any,
              (from, a, to, b) -> libc.renameat2(from, a, to, b, Linux.RENAME_NOREPLACE));
      case RENAME_OVER -> renameOver(0);
      case EXCHANGE -> renameOver(Linux.RENAME_EXCHANGE);
      case UNLINK -> on(TreeChurn::noDirectory, (d, name) -> libc.unlinkat(d, name, 0));
      case RMDIR ->
          on(TreeChurn::directory, (d, name) -> libc.unlinkat(d, name, Linux.AT_REMOVEDIR));
      case REMOVE_TREE -> on(TreeChurn::directory, this::removeTree);
      case COPY_LINKED ->
          move(TreeChurn::directory, (from, a, to, b) -> copy(from, a, to, b, LARGEST_COPY));
    };
  }

  private interface OnName {
    void run(int directory, byte[] name) throws PosixException;
  }

  private interface OnTwo {
    void run(int from, byte[] name, int to, byte[] newName) throws PosixException;
  }

  private interface OnFile {
    void run(int descriptor, long size) throws PosixException;
  }

  private String make(OnName making) throws PosixException {
    try (ChurnPick.Spot spot = pick.directory()) {
      FileName name = names.next();
      making.run(spot.descriptor(), name.toBytes());
      return spot.path().resolve(name).toString();
    }
  }

  private String on(IntPredicate type, OnName change) throws PosixException {
    try (ChurnPick.Entry entry = pick.entry(type)) {
      if (entry == null) {
        return nothing();
      }
      change.run(entry.directory(), entry.bytes());
      return entry.path().toString();
    }
  }

  private String change(OnFile change) throws PosixException {
    try (ChurnPick.Entry entry = pick.entry(TreeChurn::file)) {
      if (entry == null) {
        return nothing();
      }
      int flags = Linux.O_WRONLY | Linux.O_NOFOLLOW;
      int file = libc.openat(entry.directory(), entry.bytes(), flags, 0);
      try {
        change.run(file, entry.stat().size());
      } finally {
        libc.close(file);
      }
      return entry.path().toString();
    }
  }

  private String move(IntPredicate type, OnTwo move) throws PosixException {
    try (ChurnPick.Entry entry = pick.entry(type);
        ChurnPick.Spot target = pick.directory()) {
      FileName name = names.next();
      if (entry == null || !pick.fits(entry, target)) {
        return nothing();
      }
      move.run(entry.directory(), entry.bytes(), target.descriptor(), name.toBytes());
      return entry.path() + " to " + target.path().resolve(name);
    }
  }

  private String renameOver(int flags) throws PosixException {
    try (ChurnPick.Entry entry = pick.entry(TreeChurn::any);
        ChurnPick.Entry over = entry == null ? null : pick.entry(like(entry, flags))) {
      boolean back = flags == Linux.RENAME_EXCHANGE;
      if (entry == null
          || over == null
          || !pick.fits(entry, over.in())
          || (back && !pick.fits(over, entry.in()))) {
        return nothing();
      }
      libc.renameat2(entry.directory(), entry.bytes(), over.directory(), over.bytes(), flags);
      return entry.path() + (back ? " with " : " over ") + over.path();
    }
  }

  private static IntPredicate like(ChurnPick.Entry entry, int flags) {
    boolean directory = entry.stat().isDirectory();
    return type -> flags == Linux.RENAME_EXCHANGE || directory == (type == Linux.S_IFDIR);
  }

  private static boolean any(int type) {
    return true;
  }

  private static boolean file(int type) {
    return type == Linux.S_IFREG;
  }

  private static boolean directory(int type) {
    return type == Linux.S_IFDIR;
  }

  private static boolean noDirectory(int type) {
    return type != Linux.S_IFDIR;
  }

  private static boolean noSymlink(int type) {
    return type != Linux.S_IFLNK;
  }

  private static String nothing() {
    return "found nothing";
  }

  private String create() throws PosixException {
    return make(
        (spot, name) -> {
          int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW;
          int file = libc.openat(spot, name, flags, mode());
          try {
            write(file, random.nextInt(12) == 0 ? random.nextInt(FURTHEST) : 0, content());
          } finally {
            libc.close(file);
          }
        });
  }

  private String symlink() throws PosixException {
    FileName towards = names.next();
    byte[] target =
        switch (random.nextInt(3)) {
          case 0 -> towards.toBytes();
          case 1 -> "../x//y".getBytes(StandardCharsets.US_ASCII);
          default ->
              "deep/"
                  .repeat(Math.min(1 + random.nextInt(400), longestTarget / 5))
                  .getBytes(StandardCharsets.US_ASCII);
        };
    return make((spot, name) -> libc.symlinkat(target, spot, name));
  }

  private String node() throws PosixException {
    int[] types = {Linux.S_IFIFO, Linux.S_IFSOCK, Linux.S_IFCHR, Linux.S_IFBLK};
    int type = types[random.nextInt(root ? 4 : 2)];
    boolean device = type == Linux.S_IFCHR || type == Linux.S_IFBLK;
    // Majors of 12 bits and minors of 20, as makedev(3) puts them. 0:0 is overlayfs' whiteout.
    long number = ((long) random.nextInt(0x1000) << 8) | random.nextInt(0x100);
    long minor = (long) random.nextInt(0x1000) << 20;
    return make(
        (spot, name) -> libc.mknodat(spot, name, type | mode(), device ? number | minor : 0));
  }

  private void chown(int directory, byte[] name) throws PosixException {
    int uid = root ? random.nextInt(70_000) : libc.geteuid();
    int gid = root ? random.nextInt(70_000) : libc.getegid();
    libc.fchownat(directory, name, uid, gid, Linux.AT_SYMLINK_NOFOLLOW);
  }

  private void setXattr(int directory, byte[] name) throws PosixException {
    String namespace = root && random.nextBoolean() ? "trusted." : "user.";
    byte[] attribute = (namespace + "n" + random.nextInt(5)).getBytes(StandardCharsets.US_ASCII);
    byte[] value = new byte[random.nextInt(random.nextInt(10) == 0 ? 2000 : 60)];
    random.nextBytes(value);
    libc.lsetxattr(ProcPath.of(directory, FileName.of(name)), attribute, value, 0);
  }

  private void removeXattr(int directory, byte[] name) throws PosixException {
    byte[] path = ProcPath.of(directory, FileName.of(name));
    List<byte[]> all = new ArrayList<>(libc.llistxattr(path));
    all.sort(java.util.Arrays::compare);
    if (!all.isEmpty()) {
      libc.lremovexattr(path, all.get(random.nextInt(all.size())));
    }
  }

  /** An ACL as system.posix_acl_* holds it: version 2, then tag, permissions and id of each. */
  private void setAcl(int directory, byte[] name) throws PosixException {
    boolean inherited =
        libc.statx(directory, name, Linux.AT_SYMLINK_NOFOLLOW).isDirectory()
            && random.nextBoolean();
    ByteBuffer acl = ByteBuffer.allocate(4 + 5 * 8).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
    for (int tag : new int[] {0x01, 0x02, 0x04, 0x10, 0x20}) {
      int id = tag == 0x02 ? random.nextInt(70_000) : -1;
      int permissions = random.nextInt(8) | (tag == 0x01 && !root ? 07 : 0);
      acl.putShort((short) tag).putShort((short) permissions).putInt(id);
    }
    String attribute = inherited ? "system.posix_acl_default" : "system.posix_acl_access";
    libc.setxattr(
        ProcPath.of(directory, FileName.of(name)),
        attribute.getBytes(StandardCharsets.US_ASCII),
        acl.array(),
        0);
  }

  private void removeTree(int parent, byte[] name) throws PosixException {
    if (libc.statx(parent, name, Linux.AT_SYMLINK_NOFOLLOW).isDirectory()) {
      int directory = open(parent, name);
      try {
        for (Dirent entry : libc.list(directory)) {
          removeTree(directory, entry.name().toBytes());
        }
      } finally {
        libc.close(directory);
      }
      libc.unlinkat(parent, name, Linux.AT_REMOVEDIR);
    } else {
      libc.unlinkat(parent, name, 0);
    }
  }

  /** As {@code cp -al}, of so many entries at most. Returns how many more it may copy. */
  private int copy(int from, byte[] name, int to, byte[] newName, int most) throws PosixException {
    libc.mkdirat(to, newName, mode());
    int left = most;
    int source = open(from, name);
    try {
      int target = open(to, newName);
      try {
        List<Dirent> entries = new ArrayList<>(libc.list(source));
        entries.sort(java.util.Comparator.comparing(Dirent::name));
        for (Dirent entry : entries) {
          byte[] inside = entry.name().toBytes();
          if (left-- <= 0) {
            break;
          }
          if (libc.statx(source, inside, Linux.AT_SYMLINK_NOFOLLOW).isDirectory()) {
            left = copy(source, inside, target, inside, left);
          } else {
            libc.linkat(source, inside, target, inside, 0);
          }
        }
      } finally {
        libc.close(target);
      }
    } finally {
      libc.close(source);
    }
    return left;
  }

  private int open(int parent, byte[] name) throws PosixException {
    return libc.openat(parent, name, Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW, 0);
  }

  private void write(int file, long offset, byte @Nullable [] content) throws PosixException {
    if (content != null && content.length > 0) {
      libc.lseek(file, offset, Linux.SEEK_SET);
      libc.write(file, ByteBuffer.allocateDirect(content.length).put(content).flip());
    }
  }

  private byte[] content() {
    int[] bounds = {1, 100, 5000, 5000, 70_000, 1 << 20};
    int kind = random.nextInt(40);
    byte[] content = new byte[random.nextInt(kind == 0 ? bounds[5] : bounds[kind % 5])];
    random.nextBytes(content);
    return content;
  }

  private int mode() {
    int mode =
        random.nextInt(4) == 0 ? random.nextInt(010000) : 0644 | (random.nextBoolean() ? 0111 : 0);
    return root ? mode : mode | OWNERS; // root alone gets on without
  }

  private Instant time() {
    long seconds =
        switch (random.nextInt(4)) {
          case 0 -> random.nextInt(); // from 1901 to 2038
          case 1 -> (1L << 31) + random.nextInt(Integer.MAX_VALUE); // beyond 2038
          case 2 -> -1;
          default -> 1_700_000_000L + random.nextInt(100_000_000);
        };
    return Instant.ofEpochSecond(seconds, random.nextInt(1_000_000_000));
  }

  private int keepSize() {
    return random.nextBoolean() ? Linux.FALLOC_FL_KEEP_SIZE : 0;
  }

  private long offset() {
    return random.nextInt(FURTHEST / 4);
  }

  private long length() {
    return 1L + random.nextInt(300_000);
  }
}
