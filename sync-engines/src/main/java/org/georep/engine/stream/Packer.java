package org.georep.engine.stream;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.georep.connection.AgentClient;
import org.georep.engine.AgentPort;
import org.georep.protocol.Packing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;

/**
 * Decides whether contents are compressed on their way, which is worth it when the link is slower
 * than the compressor, and only then.
 *
 * <p><b>The rule.</b> Over a fifth of a second at a time it is measured how much went out and how
 * long senders waited for credit or for the limit. If they waited for most of it while the agent
 * had little left to do, the link is what holds them up, and what went out is its rate, <i>L</i>;
 * an agent that is behind says so with its credits, and then nothing is gained by sending it less.
 * The compressor's own rate <i>P</i> and how much smaller it makes things, <i>r</i>, are averages
 * of what it did last. Contents are packed when {@code min(P, L * r)} is more than 1.2 <i>L</i>.
 * <i>L</i> is forgotten when for ten seconds nobody waited for the link, so that a link that has
 * become faster is noticed. What looks random, by the entropy of a sample, is sent as it is.
 *
 * <p>Whether the agent can unpack is asked once, when it would first be of use; until it has said
 * so nothing is packed. For any thread.
 */
public final class Packer {
  private static final long SPAN = 200_000_000L;
  private static final long FORGET = 10_000_000_000L;
  private static final double WORTH = 1.2;
  private static final double NEWEST = 0.2;
  private static final int SAMPLE = 4096;

  /** In bits a byte: text has 4 to 5, programs 6, what is packed already almost 8. */
  private static final double RANDOM = 7.3;

  private double packed = 200e6;
  private double ratio = 3;
  private double link;
  private long boundAt;
  private long begun = System.nanoTime();
  private long sent;
  private long waited;
  private long backlog;
  private boolean packs;
  private @org.jspecify.annotations.Nullable CompletableFuture<Reply> asked;

  /** Makes one that has measured nothing. */
  public Packer() {}

  /** Returns whether to gather as much as is good to pack. */
  synchronized boolean packs() {
    return packs;
  }

  /** Returns a body as it should travel. */
  byte[] pack(byte[] body, AgentPort agent) throws InterruptedException {
    if (!packs() || !agentUnpacks(agent) || looksRandom(body)) {
      return body;
    }
    long from = System.nanoTime();
    byte[] small = Packing.pack(body);
    learn(body.length, small.length, System.nanoTime() - from);
    return small;
  }

  private synchronized void learn(int before, int after, long nanos) {
    packed += NEWEST * (before * 1e9 / Math.max(1, nanos) - packed);
    ratio += NEWEST * ((double) before / after - ratio);
  }

  private boolean agentUnpacks(AgentPort agent) throws InterruptedException {
    CompletableFuture<Reply> answer;
    synchronized (this) {
      answer = asked;
    }
    if (answer == null) {
      answer =
          Packing.isAvailable()
              ? agent.send(new Request.Unpacks())
              : CompletableFuture.completedFuture(new Reply.Failed(0, "no zstd here"));
      synchronized (this) {
        asked = answer;
      }
    }
    return answer.isDone()
        && !answer.isCompletedExceptionally()
        && answer.getNow(new Reply.Failed(0, "")) instanceof Reply.Done;
  }

  /**
   * Notes that a body was sent.
   *
   * @param bytes how long it was on the wire
   * @param nanos how long it waited for the limit and for credit
   * @param behind how many bytes the agent has taken in and not carried out
   */
  synchronized void sent(int bytes, long nanos, long behind) {
    long now = System.nanoTime();
    sent += bytes;
    waited += nanos;
    backlog = Math.max(backlog, behind);
    if (now - begun < SPAN) {
      return;
    }
    if (waited > (now - begun) / 2 && backlog < AgentClient.CREDITS / 4) {
      link = sent * 1e9 / (now - begun);
      boundAt = now;
    } else if (now - boundAt > FORGET) {
      link = 0;
    }
    packs = link > 0 && Math.min(packed, link * ratio) > WORTH * link;
    begun = now;
    sent = 0;
    waited = 0;
    backlog = 0;
  }

  /** Returns whether a sample of the body has almost all the entropy it can have. */
  static boolean looksRandom(byte[] body) {
    Objects.requireNonNull(body, "body is null");
    int[] counts = new int[256];
    int step = Math.max(1, body.length / SAMPLE);
    int all = 0;
    for (int i = 0; i < body.length; i += step) {
      counts[body[i] & 0xff]++;
      all++;
    }
    double bits = 0;
    for (int count : counts) {
      if (count > 0) {
        bits -= count * Math.log((double) count / all);
      }
    }
    return all >= SAMPLE / 2 && bits / all / Math.log(2) > RANDOM;
  }
}
