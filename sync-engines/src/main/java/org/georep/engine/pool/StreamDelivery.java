package org.georep.engine.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.engine.Stop;
import org.georep.engine.stream.FileSender;
import org.georep.engine.stream.FileStream;
import org.georep.name.Gfid;
import org.georep.protocol.Reply;

/**
 * Takes files over the agent's own connection: small ones packed into streams, each of which the
 * agent publishes when it has ended, while the next ones are read. For one thread.
 */
final class StreamDelivery implements Carrier {
  static final String NAME = "stream";

  /** So much is published at once: the agent stays free for others, and what arrived is seen. */
  private static final int MOST_FILES = 256;

  private static final long MOST_BYTES = 4L << 20;

  private final FileSender sender;
  private final Shifted shifted;
  private final Counters.OfEngine counters;
  private final Stop stop;

  /** What becomes of a file of whose copy nothing can be used. */
  enum Shifted {
    /** It is left to another engine. */
    UNFIT,
    /** It is sent whole. */
    WHOLE,
    /** No file is compared with its copy. */
    NEVER_COMPARED
  }

  StreamDelivery(FileSender sender, Shifted shifted, Counters counters, Stop stop) {
    this.sender = Objects.requireNonNull(sender, "sender is null");
    this.shifted = Objects.requireNonNull(shifted, "shifted is null");
    this.counters = counters.engine(NAME);
    this.stop = Objects.requireNonNull(stop, "stop is null");
  }

  @Override
  public String name() {
    return NAME;
  }

  /** A stream that has ended, and what it carried. */
  private record Sent(Map<Gfid, Long> files, CompletableFuture<Reply> reply) {}

  @Override
  public List<Gfid> run(List<Gfid> files, Endings endings)
      throws Agent.LostException, InterruptedException {
    List<Gfid> bySize = new ArrayList<>(files);
    bySize.sort(java.util.Comparator.comparingLong(gfid -> large(endings.task(gfid))));
    Deque<Gfid> left = new ArrayDeque<>(bySize);
    Deque<Sent> sent = new ArrayDeque<>();
    List<Gfid> unfit = new ArrayList<>();
    while (!left.isEmpty() && !stop.requested()) {
      sent.add(one(left, endings, unfit));
      while (!sent.isEmpty() && sent.element().reply().isDone()) {
        settle(sent.remove(), endings);
      }
    }
    for (Sent each : sent) {
      settle(each, endings);
    }
    left.forEach(gfid -> endings.end(gfid, new Outcome.Retry("the transfer was stopped")));
    return unfit;
  }

  /** Small files keep their order and do not wait for large ones. */
  private static long large(Task task) {
    return task.weight() < MOST_BYTES ? 0 : task.weight();
  }

  /** Fills one stream. */
  private Sent one(Deque<Gfid> left, Endings endings, List<Gfid> unfit)
      throws InterruptedException {
    Map<Gfid, Long> carried = new HashMap<>();
    long bytes = 0;
    counters.run();
    FileStream stream = sender.open();
    try {
      while (!left.isEmpty()
          && !stop.requested()
          && carried.size() < MOST_FILES
          && bytes < MOST_BYTES) {
        Gfid gfid = left.remove();
        FileStream.Result result = send(stream, endings.task(gfid));
        if (result instanceof FileStream.Result.Whole whole) {
          carried.put(gfid, whole.state().size());
          bytes += whole.state().size();
        } else if (result instanceof FileStream.Result.Not not) {
          endings.end(gfid, not.outcome());
        } else if (result instanceof FileStream.Result.Equal equal) {
          endings.touched(List.of(endings.task(gfid)), equal.directories());
          endings.end(gfid, new Outcome.Equal());
        } else {
          unfit.add(gfid);
        }
      }
      stream.flush();
    } finally {
      stream.end();
    }
    return new Sent(carried, stream.reply());
  }

  private FileStream.Result send(FileStream stream, Task task) throws InterruptedException {
    FileJob job = task.newest();
    boolean compare =
        shifted != Shifted.NEVER_COMPARED
            && job.have() >= FileStream.DELTA_FROM
            && (job.size() < 0 || job.size() >= FileStream.DELTA_FROM);
    if (compare) {
      FileStream.Result result = stream.sendDelta(task.batch(), task.gfid());
      if (shifted == Shifted.UNFIT || !(result instanceof FileStream.Result.Shifted)) {
        return result;
      }
    }
    return stream.send(task.batch(), task.gfid());
  }

  private void settle(Sent sent, Endings endings) throws Agent.LostException, InterruptedException {
    Reply.Published reply;
    try {
      reply = Agent.await(sent.reply(), Reply.Published.class);
    } catch (Agent.RefusedException e) {
      Outcome outcome = new Outcome.Retry("the agent could not do it: " + e.getMessage());
      sent.files().keySet().forEach(gfid -> endings.end(gfid, outcome));
      return;
    }
    for (Gfid gfid : new Answers(endings, counters).take(sent.files(), reply)) {
      sender.notWhole(gfid);
      endings.end(gfid, new Outcome.Retry("it did not arrive whole"));
    }
  }
}
