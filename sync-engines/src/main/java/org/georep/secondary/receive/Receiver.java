package org.georep.secondary.receive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.georep.name.FileName;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.ProtocolException;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.tree.Room;
import org.georep.secondary.tree.Stage;
import org.jspecify.annotations.Nullable;

/**
 * The streams of contents under way. {@link #take} may be called by any thread, for one stream one
 * at a time; the rest belongs to the agent's one thread.
 */
public final class Receiver {
  private static final int BUFFER = 256 << 10;
  private static final int MOST_STREAMS = 1000;

  final Libc libc;
  final Marks marks;
  final Room room;
  final Bases bases;
  final boolean root;
  private final Stage stage;
  private final WriteBehind behind;
  private final Map<Long, Incoming> streams = new ConcurrentHashMap<>();
  private final AtomicLong made = new AtomicLong();
  private final ThreadLocal<ByteBuffer> buffers =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER));
  private volatile @Nullable Birth birth;

  /**
   * Makes it with nothing under way.
   *
   * @param root whether this process is root
   * @param unwritten is told, by any thread, that the disk did not take what was written
   */
  public Receiver(
      Libc libc,
      Stage stage,
      Marks marks,
      Room room,
      Bases bases,
      boolean root,
      Consumer<PosixException> unwritten) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.stage = Objects.requireNonNull(stage, "stage is null");
    this.marks = Objects.requireNonNull(marks, "marks is null");
    this.room = Objects.requireNonNull(room, "room is null");
    this.bases = Objects.requireNonNull(bases, "bases is null");
    this.root = root;
    this.behind = new WriteBehind(libc, stage.contents(), unwritten);
  }

  /**
   * Carries out a frame of a stream. What goes wrong with a file is noted with it.
   *
   * @throws ProtocolException if the body is none
   */
  public void take(long stream, byte[] body) throws IOException {
    Incoming incoming = streams.get(stream);
    if (incoming == null) {
      if (streams.size() >= MOST_STREAMS) {
        throw new ProtocolException("more than " + MOST_STREAMS + " streams of contents are open");
      }
      incoming = new Incoming(this);
      streams.put(stream, incoming);
    }
    incoming.take(body);
  }

  /** Ends a stream whose frames were all taken; returns its files. */
  public List<Received> finish(long stream) {
    Incoming incoming = streams.remove(stream);
    return incoming == null ? List.of() : incoming.finish();
  }

  /** Lets go of all streams; none is used by another thread any more. */
  public void close() {
    streams.values().forEach(Incoming::finish);
    streams.clear();
    bases.close();
    behind.close();
  }

  /** Notes bytes that were written into the stage. */
  void written(long bytes) {
    behind.arrived(bytes);
  }

  int directory() {
    return stage.contents();
  }

  FileName fresh() {
    return FileName.of("c" + made.incrementAndGet());
  }

  /** Returns direct memory of the calling thread. */
  ByteBuffer buffer() {
    return buffers.get();
  }

  Birth birth() throws PosixException {
    Birth known = birth;
    if (known == null) {
      synchronized (this) {
        known = birth;
        if (known == null) {
          known = Birth.in(libc, stage.contents());
          birth = known;
        }
      }
    }
    return known;
  }

  /** Returns whether all that a state asks for can be set without looking. */
  boolean isPlain(EntryState state) throws PosixException {
    return root && state.xattrs().isEmpty() && state.flags() == 0 && birth().bare();
  }
}
