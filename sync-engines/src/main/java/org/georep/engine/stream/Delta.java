package org.georep.engine.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.georep.engine.OpenFile;
import org.georep.posix.Segment;
import org.georep.protocol.BlockDigests;
import org.georep.protocol.EntryState;
import org.georep.protocol.Protocols;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.jspecify.annotations.Nullable;

/**
 * What of a file differs from the secondary's copy, found in two rounds: both ends sum blocks of
 * 128 KiB, all processors at once; of the blocks that differ, parts of 2 KiB. So a change costs
 * about its own length, and a file without any a few bytes a megabyte. Blocks stand at the same
 * place on both ends: that is what databases, images of machines and logs that grow look like, and
 * needs no search. A file whose contents moved along has nothing in common this way, which is
 * noticed after the first round.
 *
 * <p>Sums are CRC-32C, which costs little. Two parts may have the same one and differ, by chance or
 * because somebody wanted them to. So the SHA-256 of the whole file, made by blocks while the agent
 * puts the file together, goes behind the differences, and the agent publishes nothing else; what
 * was not that is one of the {@link Lookalikes}, and is compared by digests the next time. A file
 * that seems to be the same altogether is digested before that is believed. An agent from before
 * {@link Protocols#BLOCK_SUMS} is asked for digests, cut short on the wire. Holes are neither read
 * nor sent. For one thread.
 */
final class Delta {
  /** From this size on two rounds are worth what they save. */
  static final long FROM = 1L << 20;

  private static final int BLOCK = BlockDigests.BLOCK;
  private static final int PART = 2 << 10;
  private static final int BLOCK_DIGEST = 16;
  private static final int PART_DIGEST = 8;

  /**
   * What the agent digests for one answer in the first round, and how many blocks in the second.
   */
  private static final long RANGE = 32L << 20;

  private static final int BLOCKS_ASKED = 32;

  private final FileSender sender;
  private final OpenFile file;
  private final long size;
  private final long basis;
  private final long common;
  private final BlockDigests parts;
  private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
  private boolean sums;
  private byte @Nullable [] digests;

  /**
   * Makes it.
   *
   * @param basis the number of the open copy
   * @param basisSize its size in bytes
   */
  Delta(FileSender sender, OpenFile file, EntryState before, long basis, long basisSize) {
    this.sender = sender;
    this.file = file;
    this.size = before.size();
    this.basis = basis;
    this.common = Math.min(size, basisSize);
    this.parts = new BlockDigests(sender.libc);
    boolean lookalike = sender.lookalikes.take(before.gfid());
    this.sums = sender.agent.protocol() >= Protocols.BLOCK_SUMS && !lookalike;
  }

  /** Hears of the file's parts, in ascending order. */
  interface Parts {
    /** These bytes the copy has. */
    void same(long offset, long length) throws IOException;

    /** These it has not; to be read from the file. */
    void different(long offset, long length) throws IOException, InterruptedException;
  }

  /**
   * The first round.
   *
   * @return which blocks differ
   */
  boolean[] compare() throws IOException, InterruptedException {
    int length = sums ? BlockDigests.SUM : BLOCK_DIGEST;
    Deque<CompletableFuture<Reply>> answers = new ArrayDeque<>();
    for (long at = 0; at < common; at += RANGE) {
      Request.Range range = new Request.Range(at, Math.min(RANGE, common - at));
      answers.add(
          sender.agent.send(new Request.DigestBlocks(basis, BLOCK, length, List.of(range))));
    }
    int stride = sums ? BlockDigests.SUM : BlockDigests.LENGTH;
    byte[] ours = BlockDigests.ofFile(sender.libc, file.descriptor(), size, stride);
    digests = sums ? null : ours;
    boolean[] differ = new boolean[BlockDigests.blocks(size, BLOCK)];
    int next = 0;
    while (!answers.isEmpty()) {
      byte[] theirs = await(answers.remove());
      for (int at = 0; at + length <= theirs.length && next < differ.length; next++) {
        differ[next] = !BlockDigests.equal(ours, next * stride, theirs, at, length);
        at += length;
      }
    }
    while (next < differ.length) {
      differ[next++] = true;
    }
    return differ;
  }

  /**
   * The first round once more, if it went by sums, and all that follows then by digests.
   *
   * @param differ what the first round found
   * @return which blocks differ
   */
  boolean[] compareByDigests(boolean[] differ) throws IOException, InterruptedException {
    if (!sums) {
      return differ;
    }
    sums = false;
    return compare();
  }

  /**
   * Returns the digest of the whole file. What the first round read may have been another version
   * of it: whether it changed is to be asked afterwards.
   */
  byte[] root() throws IOException {
    byte[] known = digests;
    if (known == null) {
      known = BlockDigests.ofFile(sender.libc, file.descriptor(), size);
      digests = known;
    }
    return BlockDigests.root(known);
  }

  /** The second round: tells the parts of the file that are no holes. */
  void tell(boolean[] differ, List<Segment> segments, Parts parts)
      throws IOException, InterruptedException {
    Deque<CompletableFuture<Reply>> answers = ask(differ);
    byte[] theirs = {};
    int at = 0;
    int segment = 0;
    for (int i = 0; i < differ.length; i++) {
      long offset = (long) i * BLOCK;
      int length = (int) Math.min(BLOCK, size - offset);
      boolean[] fine = {};
      if (differ[i] && offset < common) {
        if (at == theirs.length) {
          theirs = await(answers.remove());
          at = 0;
        }
        int has = BlockDigests.blocks(Math.min(BLOCK, common - offset), PART);
        fine = fine(offset, length, theirs, at, has);
        at += has * partDigest();
      }
      segment = within(segments, segment, offset, length, differ[i], fine, parts);
    }
  }

  /** Asks for the parts of all blocks that differ and are there. */
  private Deque<CompletableFuture<Reply>> ask(boolean[] differ) throws InterruptedException {
    Deque<CompletableFuture<Reply>> answers = new ArrayDeque<>();
    List<Request.Range> ranges = new ArrayList<>();
    for (int i = 0; i < differ.length; i++) {
      long offset = (long) i * BLOCK;
      if (differ[i] && offset < common) {
        ranges.add(new Request.Range(offset, Math.min(BLOCK, common - offset)));
      }
      if (ranges.size() == BLOCKS_ASKED || (i == differ.length - 1 && !ranges.isEmpty())) {
        answers.add(sender.agent.send(new Request.DigestBlocks(basis, PART, partDigest(), ranges)));
        ranges = new ArrayList<>();
      }
    }
    return answers;
  }

  private int partDigest() {
    return sums ? BlockDigests.SUM : PART_DIGEST;
  }

  /** Returns which parts of a block differ. */
  private boolean[] fine(long offset, int length, byte[] theirs, int at, int has)
      throws IOException {
    block.clear().limit(length);
    while (block.hasRemaining()) {
      if (sender.libc.pread(file.descriptor(), block, offset + block.position()) == 0) {
        break; // shorter by now, which the look afterwards shows
      }
    }
    int read = block.position();
    boolean[] fine = new boolean[BlockDigests.blocks(length, PART)];
    for (int i = 0; i < fine.length; i++) {
      int from = i * PART;
      if (from >= read || i >= has) {
        fine[i] = true;
        continue;
      }
      block.limit(Math.min(from + PART, read)).position(from);
      byte[] ours = parts.of(block, sums);
      fine[i] = !BlockDigests.equal(ours, 0, theirs, at + i * partDigest(), partDigest());
    }
    return fine;
  }

  /** Tells what of a block lies in segments; returns the segment to go on with. */
  private static int within(
      List<Segment> segments,
      int first,
      long offset,
      int length,
      boolean differs,
      boolean[] fine,
      Parts parts)
      throws IOException, InterruptedException {
    int at = first;
    while (at < segments.size() && segments.get(at).offset() < offset + length) {
      Segment segment = segments.get(at);
      long from = Math.max(offset, segment.offset());
      long to = Math.min(offset + length, segment.offset() + segment.length());
      if (!differs) {
        parts.same(from, to - from);
      } else if (fine.length == 0) {
        parts.different(from, to - from);
      } else {
        fine(from, to, offset, fine, parts);
      }
      if (segment.offset() + segment.length() > offset + length) {
        break;
      }
      at++;
    }
    return at;
  }

  private static void fine(long from, long to, long offset, boolean[] fine, Parts parts)
      throws IOException, InterruptedException {
    long at = from;
    while (at < to) {
      int part = (int) ((at - offset) / PART);
      int last = part;
      while (last + 1 < fine.length && fine[last + 1] == fine[part]) {
        last++;
      }
      long end = Math.min(to, offset + (last + 1L) * PART);
      if (fine[part]) {
        parts.different(at, end - at);
      } else {
        parts.same(at, end - at);
      }
      at = end;
    }
  }

  private static byte[] await(CompletableFuture<Reply> asked)
      throws IOException, InterruptedException {
    try {
      Reply reply = asked.get();
      if (reply instanceof Reply.Digests answer) {
        return answer.values();
      }
      throw new AgentSilentException(
          reply instanceof Reply.Failed failed ? failed.sentence() : "it answered otherwise");
    } catch (ExecutionException e) {
      throw new AgentSilentException(String.valueOf(e.getCause()));
    }
  }

  /** The agent did not say what it has. */
  static final class AgentSilentException extends IOException {
    private static final long serialVersionUID = 1L;

    AgentSilentException(String sentence) {
      super("the agent could not compare its copy: " + sentence);
    }
  }
}
