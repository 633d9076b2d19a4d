package org.georep.engine.stream;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.georep.connection.ContentStream;
import org.georep.engine.OpenFile;
import org.georep.engine.Outcome;
import org.georep.engine.ReadFailure;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.posix.Segment;
import org.georep.protocol.EntryState;
import org.georep.protocol.PieceWriter;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.jspecify.annotations.Nullable;

/**
 * Files put into one stream, one after the other. Each is opened by identity, looked at, read, and
 * looked at again; one that changed meanwhile or cannot be read is dropped at its end and costs its
 * neighbours nothing. When the link is lost the rest goes nowhere, which the stream's reply says.
 * For one thread.
 */
public final class FileStream {
  /** About how long a frame of contents is, in bytes: a request waits for one at most. */
  static final int FRAME = 64 << 10;

  /** The same before it is packed. */
  private static final int FRAME_PACKED = 256 << 10;

  /** From this size on, in bytes, a file is worth comparing with its copy. */
  public static final long DELTA_FROM = Delta.FROM;

  /** A file in more pieces is sent with the later holes as zeros. */
  private static final int MOST_SEGMENTS = 100_000;

  /** With less than this part of its blocks in common, a file is taken for another one. */
  private static final int LEAST_COMMON = 8;

  private static final int MOST_RESTS = 5;

  private final FileSender sender;
  private final ContentStream stream;
  private final PieceWriter pieces = new PieceWriter();

  FileStream(FileSender sender, ContentStream stream) {
    this.sender = sender;
    this.stream = stream;
  }

  /** How it went. */
  public sealed interface Result {
    /** All of it is in the stream, unchanged since before it was read. */
    record Whole(EntryState state) implements Result {}

    /** It is not to be published. */
    record Not(Outcome outcome) implements Result {}

    /** The secondary's copy is the same; nothing was sent. */
    record Equal(List<Gfid> directories) implements Result {}

    /** The copy has nothing of it at the same place; nothing was sent. */
    record Shifted() implements Result {}
  }

  /** How a file that is open is sent. */
  private interface Sending {
    Result of(OpenFile file, EntryState before) throws IOException, InterruptedException;
  }

  /** Sends a whole file, read for a batch. */
  public Result send(long batch, Gfid gfid) throws InterruptedException {
    return opened(gfid, (file, before) -> whole(batch, file, before));
  }

  /** Sends what of a file differs from the secondary's copy, read for a batch. */
  public Result sendDelta(long batch, Gfid gfid) throws InterruptedException {
    return opened(gfid, (file, before) -> delta(batch, file, rested(file, before)));
  }

  private Result opened(Gfid gfid, Sending sending) throws InterruptedException {
    Optional<OpenFile> opened;
    try {
      opened = sender.source.open(gfid);
    } catch (IOException e) {
      return new Result.Not(ReadFailure.outcome(e));
    }
    if (opened.isEmpty()) {
      return new Result.Not(new Outcome.Gone());
    }
    OpenFile file = opened.get();
    try {
      EntryState before = file.look();
      return before.isFile()
          ? sending.of(file, before)
          : new Result.Not(new Outcome.Failed(0, "it is no regular file any more"));
    } catch (ProtocolException e) {
      throw new IllegalStateException("a piece does not fit into a frame", e);
    } catch (Delta.AgentSilentException e) {
      return new Result.Not(new Outcome.Retry(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return new Result.Not(ReadFailure.outcome(e));
    } finally {
      close(file);
    }
  }

  private Result whole(long batch, OpenFile file, EntryState before)
      throws IOException, InterruptedException {
    List<Segment> segments = segments(file, before);
    pieces.begin(batch, before, 0);
    return ended(before, contents(file, before, segments), Optional.empty());
  }

  /** Ends a file that was begun. */
  private Result ended(EntryState state, @Nullable Outcome trouble, Optional<byte[]> digest)
      throws ProtocolException {
    if (trouble != null) {
      pieces.drop();
      return new Result.Not(trouble);
    }
    pieces.end(digest);
    return new Result.Whole(state);
  }

  private Result delta(long batch, OpenFile file, EntryState before)
      throws IOException, InterruptedException {
    long number = sender.newBasis();
    long size = basisSize(number, before.gfid());
    if (size < 0) {
      return whole(batch, file, before);
    }
    boolean begun = false;
    try {
      Delta delta = new Delta(sender, file, before, number, size);
      boolean[] differ = delta.compare();
      if (sameBlocks(differ) * LEAST_COMMON < differ.length) {
        return new Result.Shifted();
      }
      List<Segment> segments = segments(file, before);
      // One with holes is made again all the same: the copy may hold zeros where they are now.
      boolean alike = sameBlocks(differ) == differ.length;
      if (size == before.size() && alike && Segment.isWhole(segments, size)) {
        differ = delta.compareByDigests(differ);
        if (sameBlocks(differ) == differ.length) {
          Optional<Result> equal = confirmed(batch, file, before, number);
          if (equal.isPresent()) {
            return equal.get();
          }
        }
      }
      pieces.begin(batch, before, number);
      begun = true;
      return differences(delta, differ, segments, file, before);
    } finally {
      if (!begun) { // else it is closed at the file's end, which no request must overtake
        sender.agent.send(new Request.CloseBasis(number)).exceptionally(lost -> new Reply.Done());
      }
    }
  }

  /** Has the copy taken for what it is; nothing if the agent has reasons not to. */
  private Optional<Result> confirmed(long batch, OpenFile file, EntryState before, long basis)
      throws IOException, InterruptedException {
    if (!file.isStill(before)) {
      return Optional.of(new Result.Not(new Outcome.Changed()));
    }
    try {
      Reply reply = sender.agent.send(new Request.Confirm(batch, basis, before)).get();
      return reply instanceof Reply.Same same && same.files().contains(before.gfid())
          ? Optional.of(new Result.Equal(same.directories()))
          : Optional.empty();
    } catch (ExecutionException e) {
      return Optional.empty(); // lost, as the stream will be
    }
  }

  /** Sends differences, then the digest that the agent holds the file against. */
  private Result differences(
      Delta delta, boolean[] differ, List<Segment> segments, OpenFile file, EntryState before)
      throws ProtocolException, InterruptedException {
    byte[] root = {};
    @Nullable Outcome trouble;
    try {
      Differences differences = new Differences(file);
      delta.tell(differ, segments, differences);
      differences.flush();
      flush(); // the agent puts the file together while it is digested here
      root = delta.root();
      trouble = differences.cut || !file.isStill(before) ? new Outcome.Changed() : null;
    } catch (Delta.AgentSilentException e) {
      trouble = new Outcome.Retry(String.valueOf(e.getMessage()));
    } catch (ProtocolException e) {
      throw e;
    } catch (IOException e) {
      trouble = ReadFailure.outcome(e);
    }
    return ended(before, trouble, Optional.of(root));
  }

  /**
   * Waits until a large file was left alone for a tenth of about the time reading it takes, at most
   * a second and for a few rounds only: one that is being written would be read for nothing.
   */
  private EntryState rested(OpenFile file, EntryState before)
      throws IOException, InterruptedException {
    EntryState state = before;
    for (int round = 0; round < MOST_RESTS; round++) {
      long rest = Math.min(1_000_000_000, state.size() / 10);
      Instant now = sender.clock.instant();
      long since = Duration.between(state.ctime(), now).toNanos();
      if (since < 0 || since >= rest) {
        return state;
      }
      LockSupport.parkNanos(rest - since);
      if (Thread.interrupted()) {
        throw new InterruptedException("stopped while a file was given its rest");
      }
      state = file.look();
    }
    return state;
  }

  private static int sameBlocks(boolean[] differ) {
    int same = 0;
    for (boolean one : differ) {
      same += one ? 0 : 1;
    }
    return same;
  }

  private long basisSize(long number, Gfid gfid) throws InterruptedException {
    try {
      Reply reply = sender.agent.send(new Request.OpenBasis(number, gfid)).get();
      return reply instanceof Reply.BasisOpened opened ? opened.size() : -1;
    } catch (ExecutionException e) {
      return -1; // lost, as the stream will be
    }
  }

  /** Puts differences into the stream; what is the same is gathered as long as it goes on. */
  private final class Differences implements Delta.Parts {
    private final OpenFile file;
    private long from;
    private long to;
    private boolean cut;

    Differences(OpenFile file) {
      this.file = file;
    }

    @Override
    public void same(long offset, long length) throws IOException {
      if (offset != to) {
        flush();
        from = offset;
      }
      to = offset + length;
    }

    @Override
    public void different(long offset, long length) throws IOException, InterruptedException {
      flush();
      from = offset + length;
      to = from;
      cut |= !data(file, offset, length);
    }

    void flush() throws IOException {
      if (to > from) {
        pieces.copy(from, to - from);
      }
      from = to;
    }
  }

  /** Sends what can be had; says why that is not to be published. */
  private @Nullable Outcome contents(OpenFile file, EntryState before, List<Segment> segments)
      throws ProtocolException, InterruptedException {
    try {
      for (Segment segment : segments) {
        if (!data(file, segment.offset(), segment.length())) {
          return new Outcome.Changed();
        }
      }
      return file.isStill(before) ? null : new Outcome.Changed();
    } catch (ProtocolException e) {
      throw e;
    } catch (IOException e) {
      return ReadFailure.outcome(e);
    }
  }

  /** Sends a range; false if the file ends before. */
  private boolean data(OpenFile file, long offset, long length)
      throws PosixException, ProtocolException, InterruptedException {
    long done = 0;
    while (done < length) {
      int step = (int) Math.min(FRAME, length - done);
      sender.buffer.clear().limit(step);
      int read = sender.libc.pread(file.descriptor(), sender.buffer, offset + done);
      if (read == 0) {
        return false;
      }
      int frame = sender.packer.packs() ? FRAME_PACKED : FRAME;
      if (pieces.length() > 0 && pieces.length() + read > frame) {
        flush();
      }
      pieces.data(offset + done, sender.buffer.flip());
      done += read;
    }
    return true;
  }

  private List<Segment> segments(OpenFile file, EntryState before) throws PosixException {
    return Segment.of(sender.libc, file.descriptor(), before.size(), MOST_SEGMENTS);
  }

  /** It was only read: what closing says changes nothing. */
  private static void close(OpenFile file) {
    try {
      file.close();
    } catch (IOException e) {
      return;
    }
  }

  /** Sends what was gathered; waits for the limit and for credit. */
  public void flush() throws InterruptedException {
    if (pieces.length() == 0) {
      return;
    }
    byte[] body = sender.packer.pack(pieces.take(), sender.agent);
    long from = System.nanoTime();
    try {
      sender.throttle.take(body.length);
    } catch (InterruptedIOException e) {
      throw new InterruptedException(e.getMessage());
    }
    sender.wire.accept(body.length);
    stream.send(body);
    sender.packer.sent(body.length, System.nanoTime() - from, stream.backlog());
  }

  /**
   * Ends the stream; what was gathered and not sent is lost, and with it the file at hand. Does not
   * wait.
   */
  public void end() {
    stream.end();
  }

  /** Returns what the agent will say, once the stream has ended. */
  public CompletableFuture<Reply> reply() {
    return stream.reply();
  }
}
