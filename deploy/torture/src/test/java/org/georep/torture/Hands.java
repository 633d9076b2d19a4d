package org.georep.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;

/**
 * Carries out a writer's operations on a primary. Every path is walked name by name, so that its
 * length does not matter. One thread uses one of these; closing lets go what is held open.
 */
final class Hands implements AutoCloseable {
  private static final int WALK = Linux.O_PATH | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
  private static final int PUNCH = Linux.FALLOC_FL_PUNCH_HOLE | Linux.FALLOC_FL_KEEP_SIZE;
  private static final int LARGEST_OFFSET = 1 << 19;
  private static final int[] NODES = {Linux.S_IFIFO, Linux.S_IFSOCK, Linux.S_IFCHR, Linux.S_IFBLK};

  private final Libc libc;
  private final int primary;
  private final int outside;
  private final Map<Long, Integer> held = new HashMap<>();

  /**
   * Opens both directories.
   *
   * @param outside a directory beside the primary on the same file system
   */
  Hands(Libc libc, byte[] primary, byte[] outside) throws PosixException {
    this.libc = libc;
    this.primary = libc.openat(Linux.AT_FDCWD, primary, WALK, 0);
    this.outside = libc.openat(Linux.AT_FDCWD, outside, WALK, 0);
  }

  /** Does it; what the file system refuses is thrown. */
  void apply(Operation operation) throws IOException {
    switch (operation.kind()) {
      case REST -> LockSupport.parkNanos(operation.a() * 1000);
      case WRITE_OPEN -> writeHeld(operation);
      case CLOSE -> letGo(operation.a());
      default -> at(operation);
    }
  }

  private void at(Operation operation) throws IOException {
    List<FileName> names = operation.path().names();
    int parent = walk(operation.path());
    try {
      at(operation, parent, names.get(names.size() - 1));
    } finally {
      libc.close(parent);
    }
  }

  /** Opens the directory a path's last name is in. */
  private int walk(EntryPath path) throws PosixException {
    int at = libc.openat(primary, new byte[] {'.'}, WALK, 0);
    for (FileName name : path.names().subList(0, path.names().size() - 1)) {
      int above = at;
      try {
        at = libc.openat(above, name.toBytes(), WALK, 0);
      } finally {
        libc.close(above);
      }
    }
    return at;
  }

  private void at(Operation operation, int parent, FileName last) throws IOException {
    byte[] name = last.toBytes();
    long a = operation.a();
    long b = operation.b();
    switch (operation.kind()) {
      case CREATE -> create(parent, name, a, b);
      case MKDIR -> libc.mkdirat(parent, name, (int) a);
      case APPEND ->
          with(parent, name, Linux.O_WRONLY, file -> write(file, Linux.SEEK_END, 0, a, b));
      case WRITE ->
          with(
              parent,
              name,
              Linux.O_WRONLY,
              file -> write(file, Linux.SEEK_SET, Math.floorMod(a, LARGEST_OFFSET), a, b));
      case MAP -> with(parent, name, Linux.O_RDWR, file -> map(file, a, b));
      case TRUNCATE -> with(parent, name, Linux.O_WRONLY, file -> libc.ftruncate(file, b));
      case ALLOCATE ->
          with(
              parent,
              name,
              Linux.O_WRONLY,
              file -> libc.fallocate(file, (int) (a & 1) * Linux.FALLOC_FL_KEEP_SIZE, a, b));
      case PUNCH -> with(parent, name, Linux.O_WRONLY, file -> libc.fallocate(file, PUNCH, a, b));
      case CHMOD -> libc.fchmodat(parent, name, (int) a);
      case CHOWN -> libc.fchownat(parent, name, (int) a, (int) b, Linux.AT_SYMLINK_NOFOLLOW);
      case TIMES ->
          libc.utimensat(
              parent, name, null, Instant.ofEpochSecond(a, b), Linux.AT_SYMLINK_NOFOLLOW);
      case XATTR ->
          libc.lsetxattr(ProcPath.of(parent, last), attribute(a), bytes(a, (int) b).array(), 0);
      case UNXATTR -> libc.lremovexattr(ProcPath.of(parent, last), attribute(a));
      case ACL -> acl(parent, last, a);
      case SYMLINK -> libc.symlinkat(target(a), parent, name);
      case NODE -> {
        int type = NODES[Math.floorMod(a, NODES.length)];
        libc.mknodat(parent, name, type | 0640, a % NODES.length < 2 ? 0 : b);
      }
      case UNLINK -> libc.unlinkat(parent, name, 0);
      case RMDIR -> libc.unlinkat(parent, name, Linux.AT_REMOVEDIR);
      case MOVE_OUT -> libc.renameat2(parent, name, outside, slot(operation), 0);
      case MOVE_IN -> libc.renameat2(outside, slot(operation), parent, name, 1);
      case OPEN -> {
        letGo(a);
        held.put(a, libc.openat(parent, name, Linux.O_WRONLY | Linux.O_NOFOLLOW | flags(), 0));
      }
      case LINK, RENAME, RENAME_OVER, EXCHANGE -> two(operation, parent, name);
      case REST, WRITE_OPEN, CLOSE -> throw new IllegalArgumentException("has no path");
    }
  }

  private static int flags() {
    return Linux.O_NONBLOCK;
  }

  private static byte[] slot(Operation operation) {
    return ("out-" + operation.a()).getBytes(StandardCharsets.US_ASCII);
  }

  private void two(Operation operation, int from, byte[] name) throws IOException {
    List<FileName> names = operation.other().names();
    byte[] newName = names.get(names.size() - 1).toBytes();
    int to = walk(operation.other());
    try {
      switch (operation.kind()) {
        case LINK -> libc.linkat(from, name, to, newName, 0);
        case RENAME -> libc.renameat2(from, name, to, newName, Linux.RENAME_NOREPLACE);
        case RENAME_OVER -> libc.renameat2(from, name, to, newName, 0);
        default -> libc.renameat2(from, name, to, newName, Linux.RENAME_EXCHANGE);
      }
    } finally {
      libc.close(to);
    }
  }

  private interface OnFile {
    void run(int file) throws IOException;
  }

  private void with(int parent, byte[] name, int flags, OnFile change) throws IOException {
    int file = libc.openat(parent, name, flags | Linux.O_NOFOLLOW | Linux.O_NONBLOCK, 0);
    try {
      // A device of a random number is not to be written to.
      if (libc.statx(file, new byte[0], Linux.AT_EMPTY_PATH).isRegular()) {
        change.run(file);
      }
    } finally {
      libc.close(file);
    }
  }

  private void create(int parent, byte[] name, long seed, long size) throws IOException {
    int mode = (seed & 3) == 0 ? (int) (seed >>> 8) & 07777 : 0644;
    int flags =
        Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC | Linux.O_NOFOLLOW | Linux.O_NONBLOCK;
    int file = libc.openat(parent, name, flags, mode);
    try {
      if (!libc.statx(file, new byte[0], Linux.AT_EMPTY_PATH).isRegular()) {
        return; // a device of a random number
      }
      if ((seed & 0x1c) == 0) {
        libc.ftruncate(file, size * 3);
      }
      write(file, Linux.SEEK_SET, 0, seed, size);
    } finally {
      libc.close(file);
    }
  }

  private void write(int file, int whence, long offset, long seed, long size) throws IOException {
    libc.lseek(file, offset, whence);
    ByteBuffer content = bytes(seed, (int) size);
    libc.write(file, ByteBuffer.allocateDirect(content.remaining()).put(content).flip());
  }

  /** Writes through a mapping that lives on when its descriptor is closed. */
  private void map(int file, long seed, long size) throws IOException {
    ByteBuffer content = bytes(seed, (int) Math.max(1, size));
    Path self = Path.of("/proc/self/fd/" + file);
    MappedByteBuffer map;
    try (FileChannel channel =
        FileChannel.open(self, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      map = channel.map(FileChannel.MapMode.READ_WRITE, 0, content.remaining());
    }
    try {
      map.put(content);
      map.force();
    } catch (InternalError e) {
      // Java's word for SIGBUS: the disk is full, or the file shorter by now.
      throw new PosixException("mmap", new byte[0], Errno.ENOSPC);
    } finally {
      Unmapping.unmap(map);
    }
  }

  private void writeHeld(Operation operation) throws IOException {
    Integer file = held.get(operation.a());
    if (file != null && libc.statx(file, new byte[0], Linux.AT_EMPTY_PATH).isRegular()) {
      write(file, Linux.SEEK_END, 0, operation.b(), 1 + Math.floorMod(operation.b(), 9000));
    }
  }

  private void letGo(long slot) throws PosixException {
    Integer file = held.remove(slot);
    if (file != null) {
      libc.close(file);
    }
  }

  private static ByteBuffer bytes(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private static byte[] attribute(long seed) {
    String namespace = (seed & 1) == 0 ? "user." : "trusted.";
    return (namespace + "n" + Math.floorMod(seed >> 1, 5)).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] target(long seed) {
    String text =
        switch (Math.floorMod(seed, 4)) {
          case 0 -> "n" + Math.floorMod(seed >> 2, 24);
          case 1 -> "../x//y";
          case 2 -> "new\nline -> %41";
          default -> "deep/".repeat(1 + Math.floorMod(seed >> 2, 400));
        };
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** An ACL as system.posix_acl_* holds it: version 2, then tag, permissions and id of each. */
  private void acl(int parent, FileName name, long seed) throws PosixException {
    Random random = new Random(seed);
    boolean directory = libc.statx(parent, name.toBytes(), Linux.AT_SYMLINK_NOFOLLOW).isDirectory();
    ByteBuffer acl = ByteBuffer.allocate(4 + 5 * 8).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
    for (int tag : new int[] {0x01, 0x02, 0x04, 0x10, 0x20}) {
      int id = tag == 0x02 ? random.nextInt(70_000) : -1;
      acl.putShort((short) tag).putShort((short) random.nextInt(8)).putInt(id);
    }
    String attribute =
        directory && random.nextBoolean() ? "system.posix_acl_default" : "system.posix_acl_access";
    libc.lsetxattr(
        ProcPath.of(parent, name), attribute.getBytes(StandardCharsets.US_ASCII), acl.array(), 0);
  }

  /** Lets go all that is held open, as a writer's end does. */
  void letAllGo() throws PosixException {
    for (Long slot : List.copyOf(held.keySet())) {
      letGo(slot);
    }
  }

  @Override
  public void close() throws PosixException {
    letAllGo();
    libc.close(primary);
    libc.close(outside);
  }
}
