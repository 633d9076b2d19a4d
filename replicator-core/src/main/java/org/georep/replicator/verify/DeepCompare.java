package org.georep.replicator.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.engine.OpenFile;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.volume.PrimaryTree;

/**
 * Compares contents, part by part, by SHA-256, both sides at the same time. A file that changes
 * while it is read is left and counted: its contents are on their way, and the next verify reads it
 * again. For one thread.
 */
final class DeepCompare {
  private static final int PIECES = 500;
  private static final int BUFFER = 1 << 20;

  /**
   * A file to be read.
   *
   * @param directory and {@code name}: the name it was found under
   */
  record Item(Gfid directory, FileName name, EntryPath path, EntryState state) {}

  /**
   * A part that differed.
   *
   * @param here the primary's digest, and there the secondary's, if it could be read
   */
  record Differing(
      Item item, Request.Piece piece, byte[] here, Optional<byte[]> there, Instant seen) {
    boolean isAs(Differing other) {
      return Arrays.equals(here, other.here)
          && there.isPresent() == other.there.isPresent()
          && (there.isEmpty() || Arrays.equals(there.get(), other.there.get()));
    }
  }

  private record Task(Item item, Request.Piece piece) {}

  private final Libc libc;
  private final PrimaryTree tree;
  private final VerifyDesk desk;
  private final Clock clock;
  private final Unreadable unreadable;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
  private final Deque<Item> items = new ArrayDeque<>();
  private long offset;
  private long queued;
  private long files;
  private long bytes;
  private long changed;

  DeepCompare(Libc libc, PrimaryTree tree, VerifyDesk desk, Clock clock, Unreadable unreadable) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.desk = Objects.requireNonNull(desk, "desk is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.unreadable = Objects.requireNonNull(unreadable, "unreadable is null");
  }

  void add(Item item) {
    if (item.state().size() > 0) {
      items.add(item);
      queued += item.state().size();
    }
  }

  /** Returns whether there is enough for a request. */
  boolean isFull() {
    return items.size() >= PIECES || queued >= Request.Hash.MOST_HASHED;
  }

  boolean isEmpty() {
    return items.isEmpty();
  }

  long files() {
    return files;
  }

  long bytes() {
    return bytes;
  }

  /** How many files were left because they changed; one that is gone is not among them. */
  long changed() {
    return changed;
  }

  /** Compares one request's worth; returns what differed. */
  List<Differing> step() throws IOException, InterruptedException {
    List<Task> tasks = new ArrayList<>();
    long room = Request.Hash.MOST_HASHED;
    while (!items.isEmpty() && tasks.size() < PIECES && room > 0) {
      Item item = items.element();
      long length = Math.min(room, item.state().size() - offset);
      tasks.add(new Task(item, new Request.Piece(item.state().gfid(), offset, length)));
      room -= length;
      offset += length;
      if (offset >= item.state().size()) {
        items.remove();
        queued -= item.state().size();
        offset = 0;
        files++;
      }
    }
    List<Differing> differing = compare(tasks);
    // Of a file that differs once is enough.
    differing.forEach(each -> leave(each.item()));
    return differing;
  }

  @SuppressWarnings("ReferenceEquality") // this very one, of which a part was compared
  private void leave(Item item) {
    if (!items.isEmpty() && items.element() == item) {
      items.remove();
      queued -= item.state().size();
      offset = 0;
    }
  }

  /** Compares once more a part that differed; empty if it agrees now, or the file changed. */
  Optional<Differing> again(Differing former) throws IOException, InterruptedException {
    return compare(List.of(new Task(former.item(), former.piece()))).stream().findFirst();
  }

  private List<Differing> compare(List<Task> tasks) throws IOException, InterruptedException {
    VerifyDesk.Question<Reply.Hashed> question =
        desk.send(new Request.Hash(tasks.stream().map(Task::piece).toList()), Reply.Hashed.class);
    List<Optional<byte[]>> here = new ArrayList<>();
    for (Task task : tasks) {
      here.add(digest(task));
      bytes += task.piece().length();
    }
    List<Optional<byte[]>> there = question.answer().digests();
    if (there.size() != tasks.size()) {
      throw new IOException(
          "the agent told " + there.size() + " digests where " + tasks.size() + " were asked for");
    }
    Instant seen = clock.instant();
    List<Differing> differing = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      Task task = tasks.get(i);
      if (here.get(i).isEmpty()) {
        leave(task.item());
      } else if (there.get(i).isEmpty() || !Arrays.equals(here.get(i).get(), there.get(i).get())) {
        differing.add(
            new Differing(task.item(), task.piece(), here.get(i).get(), there.get(i), seen));
      }
    }
    return differing;
  }

  /**
   * Nothing if the file is not as it was when its name was looked at, or cannot be read, which is
   * told.
   */
  private Optional<byte[]> digest(Task task) throws IOException {
    Optional<OpenFile> opened;
    try {
      opened = tree.open(task.piece().gfid());
    } catch (PosixException e) {
      unreadable.tell(task.item().path(), e);
      return Optional.empty();
    }
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (OpenFile file = opened.get()) {
      byte[] digest = digest(file, task.piece());
      if (file.look().ctime().equals(task.item().state().ctime())) {
        return Optional.of(digest);
      }
      changed++;
      return Optional.empty();
    } catch (PosixException e) {
      unreadable.tell(task.item().path(), e);
      return Optional.empty();
    }
  }

  private byte[] digest(OpenFile file, Request.Piece piece) throws IOException {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    long at = piece.offset();
    long end = at + piece.length();
    while (at < end) {
      buffer.clear().limit((int) Math.min(BUFFER, end - at));
      int read = libc.pread(file.descriptor(), buffer, at);
      if (read == 0) {
        break; // shorter by now, which the look will show
      }
      sha.update(buffer.flip());
      at += read;
    }
    return sha.digest();
  }
}
