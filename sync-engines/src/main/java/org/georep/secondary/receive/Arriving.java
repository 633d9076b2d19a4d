package org.georep.secondary.receive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.posix.Errno;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.protocol.BlockDigests;
import org.georep.protocol.EntryState;
import org.georep.protocol.Piece;
import org.georep.protocol.ProtocolException;
import org.georep.secondary.identity.Mark;
import org.jspecify.annotations.Nullable;

/**
 * A file being written into the stage. It is made with its mode where that can be, and gets mark,
 * owner and times when its contents are whole: what is published then needs no look. The first
 * failure is kept, and what follows of the file is passed over. For one thread at a time.
 */
final class Arriving {
  private static final byte[] ITSELF = {};
  private static final int PRIVATE = 0600;
  private static final int FLAGS = Linux.O_RDWR | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW;

  private final Receiver receiver;
  private final long batch;
  private final EntryState state;
  private final FileName name;
  private final @Nullable Basis basis;
  private final long basisNumber;
  private boolean plain;
  private boolean moded;
  private int descriptor = -1;
  private long position;
  private long end;
  private @Nullable PosixException failure;

  Arriving(Receiver receiver, Piece.Begin begin) {
    this.receiver = receiver;
    this.batch = begin.batch();
    this.state = begin.state();
    this.name = receiver.fresh();
    this.basisNumber = begin.basis();
    this.basis = begin.basis() == 0 ? null : receiver.bases.get(begin.basis());
    try {
      receiver.room.require();
      if (begin.basis() != 0 && basis == null) {
        throw Incoming.failure("basis", Errno.ENOENT);
      }
      plain = receiver.isPlain(state);
      moded = plain && receiver.birth().gives(state.permissions());
      int mode = moded ? state.permissions() : PRIVATE;
      descriptor = receiver.libc.openat(receiver.directory(), name.toBytes(), FLAGS, mode);
    } catch (PosixException e) {
      fail(e);
    }
  }

  void data(Piece.Data data) throws ProtocolException {
    check(data.offset(), data.length());
    if (failure != null) {
      return;
    }
    try {
      seek(data.offset());
      ByteBuffer buffer = receiver.buffer();
      int done = 0;
      while (done < data.length()) {
        int step = Math.min(buffer.capacity(), data.length() - done);
        buffer.clear().put(data.frame(), data.from() + done, step).flip();
        receiver.libc.write(descriptor, buffer);
        done += step;
      }
      moved(done);
      receiver.written(done);
    } catch (PosixException e) {
      fail(e);
    }
  }

  void copy(Piece.Copy copy) throws ProtocolException {
    check(copy.offset(), copy.length());
    if (basis == null && failure == null) {
      throw new ProtocolException("a copy of what has no basis was asked for");
    }
    if (failure == null && basis != null) {
      try {
        basis.copy(receiver.libc, copy.offset(), copy.length(), descriptor, receiver.buffer());
        end = Math.max(end, copy.offset() + copy.length());
        position = -1;
        receiver.written(copy.length());
      } catch (PosixException e) {
        fail(e);
      }
    }
  }

  private void check(long offset, long length) throws ProtocolException {
    if (offset + length > state.size()) {
      throw new ProtocolException("contents behind the end of their file arrived");
    }
  }

  private void seek(long offset) throws PosixException {
    if (offset != position) {
      receiver.libc.lseek(descriptor, offset, Linux.SEEK_SET);
      position = offset;
    }
  }

  private void moved(long length) {
    position += length;
    end = Math.max(end, position);
  }

  Received end(Piece.End piece) throws IOException {
    boolean wrong = false;
    if (failure == null) {
      try {
        if (end < state.size()) {
          receiver.libc.ftruncate(descriptor, state.size());
        }
        wrong = basis != null && !confirmed(piece);
        if (!wrong) {
          adorn();
        }
        int open = descriptor;
        descriptor = -1;
        receiver.libc.close(open);
      } catch (PosixException e) {
        fail(e);
      }
    }
    if (wrong) {
      discard();
    }
    release();
    return new Received(batch, state, name, Optional.ofNullable(failure), wrong, plain);
  }

  private boolean confirmed(Piece.End piece) throws IOException {
    if (piece.digest().isEmpty()) {
      throw new ProtocolException("a file with a basis comes without a digest");
    }
    byte[] digests = BlockDigests.ofFile(receiver.libc, descriptor, state.size());
    return Arrays.equals(BlockDigests.root(digests), piece.digest().get());
  }

  /** Sets mark and attributes, if nothing has to be looked at for it. */
  private void adorn() throws PosixException {
    if (!plain) {
      return; // who publishes it sets them, with the care they need
    }
    receiver.marks.writeOpen(descriptor, Mark.of(state.gfid(), state.token()));
    Birth birth = receiver.birth();
    if (state.uid() != birth.uid() || state.gid() != birth.gid()) {
      receiver.libc.fchownat(descriptor, ITSELF, state.uid(), state.gid(), Linux.AT_EMPTY_PATH);
    }
    if (!moded) {
      receiver.libc.fchmodat(receiver.directory(), name.toBytes(), state.permissions());
    }
    receiver.libc.utimensat(
        receiver.directory(), name.toBytes(), null, state.mtime(), Linux.AT_SYMLINK_NOFOLLOW);
  }

  /** Lets go of it: it will not come to its end. */
  void drop() {
    discard();
    release();
  }

  private void release() {
    if (basis != null) {
      basis.release();
      receiver.bases.close(basisNumber);
    }
  }

  /** Keeps the first failure, and nothing in the stage. */
  private void fail(PosixException cause) {
    if (failure == null) {
      failure = cause;
    }
    discard();
  }

  private void discard() {
    try {
      if (descriptor >= 0) {
        int open = descriptor;
        descriptor = -1;
        receiver.libc.close(open);
      }
      receiver.libc.unlinkat(receiver.directory(), name.toBytes(), 0);
    } catch (PosixException e) {
      // It is in the stage, which is emptied at the next start.
      return;
    }
  }
}
