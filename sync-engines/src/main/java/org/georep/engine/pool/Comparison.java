package org.georep.engine.pool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.georep.engine.ContentSource;
import org.georep.engine.FileJob;
import org.georep.engine.OpenFile;
import org.georep.engine.Outcome;
import org.georep.engine.ReadFailure;
import org.georep.engine.Stop;
import org.georep.engine.Torn;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.protocol.ContentDigest;
import org.georep.protocol.EntryState;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;

/**
 * Compares contents by SHA-256 where the secondary's copy agrees in size and mtime already, which
 * it mostly does after a crawl: a few dozen bytes travel instead of the file. Both ends read it,
 * though, so very large files are left to rsync, which compares as it sends. For one thread.
 */
final class Comparison {
  /** Larger files are not compared. */
  static final long LARGEST = 1L << 30;

  private static final int BUFFER = 256 * 1024;

  private final Libc libc;
  private final ContentSource source;
  private final Agent agent;
  private final Stop stop;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

  Comparison(Libc libc, ContentSource source, Agent agent, Stop stop) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.source = Objects.requireNonNull(source, "source is null");
    this.agent = Objects.requireNonNull(agent, "agent is null");
    this.stop = Objects.requireNonNull(stop, "stop is null");
  }

  /** Ends those of the open files that are equal, gone or unreadable; the others stay open. */
  void run(Endings endings) throws Agent.LostException, InterruptedException {
    List<Task> candidates = endings.open().stream().filter(Comparison::worthwhile).toList();
    for (Map.Entry<Long, List<Task>> group : Endings.byBatch(candidates).entrySet()) {
      compare(group.getKey(), group.getValue(), endings);
    }
  }

  private static boolean worthwhile(Task task) {
    FileJob job = task.newest();
    return job.sameToken() && task.weight() <= LARGEST;
  }

  private void compare(long batch, List<Task> tasks, Endings endings)
      throws Agent.LostException, InterruptedException {
    List<Request.Content> contents = new ArrayList<>();
    for (Task task : tasks) {
      if (stop.requested()) {
        return;
      }
      digest(task, endings).ifPresent(contents::add);
    }
    if (contents.isEmpty()) {
      return;
    }
    Reply.Same same;
    try {
      same = agent.ask(new Request.CompareContents(batch, contents), Reply.Same.class);
    } catch (Agent.RefusedException e) {
      return; // then they are sent
    }
    List<Task> equal = same.files().stream().filter(endings::isOpen).map(endings::task).toList();
    endings.touched(equal, same.directories());
    equal.forEach(task -> endings.end(task.gfid(), new Outcome.Equal()));
  }

  private Optional<Request.Content> digest(Task task, Endings endings) {
    Gfid gfid = task.gfid();
    try {
      Optional<OpenFile> opened = source.open(gfid);
      if (opened.isEmpty()) {
        endings.end(gfid, new Outcome.Gone());
        return Optional.empty();
      }
      try (OpenFile file = opened.get()) {
        EntryState before = file.look();
        if (!before.isFile() || before.size() > LARGEST || before.size() != task.newest().have()) {
          return Optional.empty(); // the engine will say what is the matter, or send it
        }
        byte[] digest = digest(file, before.size());
        EntryState after = file.look();
        if (Torn.between(before, after)) {
          endings.end(gfid, new Outcome.Changed());
          return Optional.empty();
        }
        return Optional.of(new Request.Content(after, digest));
      }
    } catch (IOException e) {
      endings.end(gfid, ReadFailure.outcome(e));
      return Optional.empty();
    }
  }

  private byte[] digest(OpenFile file, long size) throws IOException {
    ContentDigest digest = ContentDigest.of(libc, file.descriptor(), size);
    long at = 0;
    while (at < size && !stop.requested()) {
      buffer.clear().limit((int) Math.min(BUFFER, size - at));
      int read = libc.pread(file.descriptor(), buffer, at);
      if (read == 0) {
        break; // shorter by now, which the look will show
      }
      digest.add(buffer.flip());
      at += read;
    }
    return digest.value();
  }
}
