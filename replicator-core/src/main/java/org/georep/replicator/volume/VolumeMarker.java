package org.georep.replicator.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.Errno;
import org.georep.posix.FileFormat;
import org.georep.posix.FileHandle;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;

/**
 * The volume's id, kept in {@code .georep/volume} at the primary's root. It is written once, when a
 * session first meets the volume; a root that had one and has none any more was emptied, unmounted
 * or swapped, and must never be taken for a mass delete.
 */
public final class VolumeMarker {
  private static final FileFormat FORMATS =
      FileFormat.first(
          "write the volume id alone into it, as STATE/SESSION has it in the file .volume");
  private static final byte[] OWN = ".georep".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] VOLUME = "volume".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TEMPORARY = "volume.new".getBytes(StandardCharsets.US_ASCII);

  private final Libc libc;
  private final byte[] root;

  /** Speaks of the volume at this root. */
  public VolumeMarker(Libc libc, byte[] root) {
    this.libc = libc;
    this.root = root.clone();
  }

  /**
   * Returns the volume's id, giving it one if it is new.
   *
   * @param known the id the session met here before, if it ran before
   * @throws VolumeChangedException if the root has lost its id, or has another one
   */
  public VolumeId identify(Optional<VolumeId> known) throws IOException {
    Optional<VolumeId> here = read();
    if (known.isPresent() && here.isEmpty()) {
      throw new VolumeChangedException(
          "the primary has lost its volume id (.georep/volume): it was emptied, unmounted or replaced; nothing was deleted on"
              + " the secondary. Mount or restore the right volume and start again; if this really is the volume, write "
              + known.get()
              + " into .georep/volume there");
    }
    if (known.isPresent() && !known.get().equals(here.get())) {
      throw new VolumeChangedException(
          "the primary is another volume ("
              + here.get()
              + ") than the one this session replicates ("
              + known.get()
              + "); nothing was deleted on the secondary. Mount the right volume and start again, or use another --name for this one");
    }
    if (here.isPresent()) {
      return here.get();
    }
    VolumeId fresh = VolumeId.fresh();
    write(fresh);
    return fresh;
  }

  /** Returns the identity of the file that holds the id, where identities outlast a mount. */
  Optional<Gfid> witness() throws IOException {
    return Optional.of(VolumeWitness.of(libc, root))
        .filter(found -> FileHandle.of(found).isPresent());
  }

  private Optional<VolumeId> read() throws IOException {
    int top = libc.openat(Linux.AT_FDCWD, root, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    try {
      int file =
          libc.openat2(
              top,
              join(OWN, VOLUME),
              Linux.O_RDONLY,
              0,
              Linux.RESOLVE_BENEATH | Linux.RESOLVE_NO_SYMLINKS);
      try {
        ByteBuffer content = ByteBuffer.allocateDirect(256);
        libc.read(file, content);
        byte[] text = new byte[content.flip().remaining()];
        content.get(text);
        FORMATS.checkPlain("the primary's .georep/volume", text);
        return Optional.of(
            new VolumeId(UUID.fromString(new String(text, StandardCharsets.US_ASCII).strip())));
      } finally {
        libc.close(file);
      }
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
        return Optional.empty();
      }
      throw e;
    } catch (IllegalArgumentException e) {
      throw new VolumeChangedException(
          "the primary's volume id (.georep/volume) is damaged: " + e.getMessage());
    } finally {
      libc.close(top);
    }
  }

  private void write(VolumeId id) throws IOException {
    int top = libc.openat(Linux.AT_FDCWD, root, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    try {
      try {
        libc.mkdirat(top, OWN, 0700);
      } catch (PosixException e) {
        if (!e.is(Errno.EEXIST)) {
          throw e;
        }
      }
      int own = libc.openat(top, OWN, Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW, 0);
      try {
        int file =
            libc.openat(own, TEMPORARY, Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC, 0600);
        try {
          byte[] text = (id + "\n").getBytes(StandardCharsets.US_ASCII);
          libc.write(file, ByteBuffer.allocateDirect(text.length).put(text).flip());
          libc.fsync(file);
        } finally {
          libc.close(file);
        }
        libc.renameat2(own, TEMPORARY, own, VOLUME, 0);
        libc.fsync(own);
      } finally {
        libc.close(own);
      }
    } finally {
      libc.close(top);
    }
  }

  private static byte[] join(byte[] above, byte[] name) {
    byte[] path = new byte[above.length + 1 + name.length];
    System.arraycopy(above, 0, path, 0, above.length);
    path[above.length] = '/';
    System.arraycopy(name, 0, path, above.length + 1, name.length);
    return path;
  }
}
