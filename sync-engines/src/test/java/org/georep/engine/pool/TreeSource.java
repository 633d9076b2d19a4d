package org.georep.engine.pool;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.georep.engine.ContentSource;
import org.georep.engine.OpenFile;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;

/** A directory as source; a file's identity is learnt when it is added. */
final class TreeSource implements ContentSource {
  private final Libc libc;
  private final byte[] root;
  private final int directory;
  private final Identity identity;
  private final Map<Gfid, EntryPath> paths = new ConcurrentHashMap<>();
  final Map<Gfid, EntryPath> told = new ConcurrentHashMap<>();

  TreeSource(Libc libc, byte[] root) throws IOException {
    this.libc = libc;
    this.root = root;
    this.directory = libc.openat(Linux.AT_FDCWD, root, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    this.identity = Identity.on(libc, directory);
  }

  /** Learns a file's identity. */
  Gfid add(EntryPath path) throws IOException {
    Gfid gfid = identity.of(directory, path.toBytes());
    paths.put(gfid, path);
    return gfid;
  }

  @Override
  public Optional<OpenFile> open(Gfid gfid) throws IOException {
    EntryPath path = paths.get(gfid);
    if (path == null) {
      return Optional.empty();
    }
    try {
      int flags = Linux.O_RDONLY | Linux.O_NOFOLLOW;
      return Optional.of(new Opened(gfid, libc.openat(directory, path.toBytes(), flags, 0)));
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Optional<EntryPath> path(Gfid gfid) {
    return Optional.ofNullable(told.getOrDefault(gfid, paths.get(gfid)));
  }

  @Override
  public byte[] root() {
    return root.clone();
  }

  private final class Opened implements OpenFile {
    private final Gfid gfid;
    private final int descriptor;

    Opened(Gfid gfid, int descriptor) {
      this.gfid = gfid;
      this.descriptor = descriptor;
    }

    @Override
    public int descriptor() {
      return descriptor;
    }

    @Override
    public EntryState look() throws IOException {
      Stat stat = libc.statx(descriptor, new byte[0], Linux.AT_EMPTY_PATH);
      return new EntryState(
          gfid,
          Kind.ofMode(stat.mode()),
          stat.permissions(),
          stat.uid(),
          stat.gid(),
          stat.mtime(),
          stat.ctime(),
          false,
          stat.size(),
          stat.blocks() * 512 < stat.size(),
          stat.nlink(),
          0,
          Optional.empty(),
          List.of());
    }

    @Override
    public void close() throws IOException {
      libc.close(descriptor);
    }
  }
}
