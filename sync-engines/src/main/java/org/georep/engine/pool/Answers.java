package org.georep.engine.pool;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.georep.engine.Outcome;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.protocol.Reply;

/** What the agent says of files it was asked to publish, as their ends. */
final class Answers {
  private final Endings endings;
  private final Counters.OfEngine counters;

  Answers(Endings endings, Counters.OfEngine counters) {
    this.endings = endings;
    this.counters = counters;
  }

  /**
   * Tells the touched directories, then the ends.
   *
   * @param asked the files and their sizes, all open
   * @return those that did not arrive, still open
   */
  Set<Gfid> take(Map<Gfid, Long> asked, Reply.Published reply) {
    Set<Gfid> left = new HashSet<>(asked.keySet());
    endings.touched(left.stream().map(endings::task).toList(), reply.directories());
    for (Gfid gfid : reply.published()) {
      Long size = asked.get(gfid);
      if (size != null && left.remove(gfid)) {
        counters.published(size);
        endings.end(gfid, new Outcome.Published(size));
      }
    }
    reply.unwanted().stream()
        .filter(left::remove)
        .forEach(gfid -> endings.end(gfid, new Outcome.Gone()));
    for (Reply.Failure failure : reply.failures()) {
      failure.gfid().filter(left::remove).ifPresent(gfid -> endings.end(gfid, outcome(failure)));
    }
    return left;
  }

  private static Outcome outcome(Reply.Failure failure) {
    return switch (failure.errno()) {
      case Errno.ENOSPC, Errno.EDQUOT, Errno.EBUSY, Errno.ENOMEM, Errno.EMFILE, Errno.ENFILE ->
          new Outcome.Retry(failure.errno(), failure.reason());
      default -> new Outcome.Failed(failure.errno(), failure.reason());
    };
  }
}
