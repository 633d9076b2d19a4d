package org.georep.connection;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.protocol.Conversation;
import org.georep.protocol.Frame;
import org.georep.protocol.Greeting;
import org.georep.protocol.MessageCodec;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.Protocols;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;

/**
 * The replicator's end of a session with an agent.
 *
 * <p>It guarantees: requests are carried out by the agent in the order {@link #send} was called,
 * those that only read block digests and streams of contents beside them, in an order of their own;
 * each future completes exactly once, with the reply, or with a {@link ConnectionException} whose
 * reason is LOST as soon as the link is lost or the peer was silent for the timeout. What a lost
 * request did on the secondary is unknown: it may have been carried out. Requests are desired
 * state, so the answer is to send them again over a new connection. Requests under way hold at most
 * {@link #WINDOW} bytes; who sends more waits.
 *
 * <p>For any thread. Futures complete in a thread of their own, one after the other, so what is
 * attached to them may send again, but holds up later replies while it runs.
 */
public final class AgentClient implements AutoCloseable {
  /** How many bytes of requests may be without a reply. */
  public static final long WINDOW = 32L << 20;

  /**
   * How many bytes of contents may be sent that the agent has not taken: what a link of 400 Mbit/s
   * and 80 ms holds.
   */
  public static final long CREDITS = 4L << 20;

  /** What a request counts at least, so that the number of small ones is bounded, too. */
  private static final int LEAST_COST = 512;

  /** A JVM on a busy host takes its time to start, however impatient the link's owner is. */
  private static final Duration LEAST_START = Duration.ofSeconds(30);

  private final Channel channel;
  private final Duration timeout;
  private final FirstAnswer.Agent agent;
  private final Conversation conversation;
  private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();
  private final Window window = new Window(WINDOW);
  private final Window credits = new Window(CREDITS);
  private volatile long backlog;
  private final ExecutorService replies;
  private final AtomicLong answered = new AtomicLong();
  private volatile @org.jspecify.annotations.Nullable ConnectionException lost;
  private volatile boolean closedThere;
  private volatile Runnable loss = () -> {};

  private record Pending(CompletableFuture<Reply> future, long cost) {}

  private AgentClient(Channel channel, Duration timeout, Duration first, FirstAnswer.Agent agent) {
    this.channel = channel;
    this.timeout = timeout;
    this.agent = agent;
    this.replies =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "agent-replies");
              thread.setDaemon(true);
              return thread;
            });
    this.conversation =
        new Conversation(channel.in(), channel.out(), timeout, first, new Incoming());
  }

  /**
   * Begins a session over a link, with an agent of this version or a neighbouring one.
   *
   * @param timeout as in {@link #open(Channel, Duration)}
   * @throws ConnectionException if no agent answers that speaks a protocol spoken here
   */
  public static AgentClient open(Link link, Duration timeout)
      throws ConnectionException, InterruptedException {
    return open(link, timeout, timeout);
  }

  /**
   * As above.
   *
   * @param first how long the agent may take from its greeting to its first frame, if that is
   *     longer: it loads what it needs in between
   */
  public static AgentClient open(Link link, Duration timeout, Duration first)
      throws ConnectionException, InterruptedException {
    return Negotiation.of(spoken -> open(link.open(), timeout, first, spoken));
  }

  /**
   * Begins a session on a fresh channel, which the session then owns.
   *
   * @param timeout how long either end may be silent before the link counts as lost; 100 ms to a
   *     day
   * @throws ConnectionException if no agent answers that speaks a protocol spoken here
   */
  public static AgentClient open(Channel channel, Duration timeout)
      throws ConnectionException, InterruptedException {
    return open(channel, timeout, timeout, Protocols.SPOKEN);
  }

  static AgentClient open(Channel channel, Duration timeout, Duration first, Protocols spoken)
      throws ConnectionException, InterruptedException {
    Greeting.Session greeting = new Greeting.Session(timeout, spoken);
    Duration patience = timeout.compareTo(LEAST_START) > 0 ? timeout : LEAST_START;
    try {
      FirstAnswer.Agent agent =
          FirstAnswer.agent(channel, greeting.toLine(), greeting.spoken(), patience);
      AgentClient client = new AgentClient(channel, timeout, first, agent);
      client.conversation.start();
      return client;
    } catch (ConnectionException | InterruptedException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Returns the version of georep the agent says it is. */
  public String agentVersion() {
    return agent.version();
  }

  /** Returns the protocol that is spoken. */
  public int protocol() {
    return agent.protocol();
  }

  /** Returns why the link is lost, if it is. */
  public Optional<ConnectionException> lost() {
    return Optional.ofNullable(lost);
  }

  /**
   * Has this called, by any thread, when the link is lost; at once if it is by now. One listener
   * only, which must not wait.
   */
  public void whenLost(Runnable told) {
    loss = told;
    if (lost != null) {
      told.run();
    }
  }

  /** Returns how many requests were answered. */
  public long answered() {
    return answered.get();
  }

  /** Returns how many requests are without an answer. */
  public int unanswered() {
    return pending.size();
  }

  /** Gives the link up, as one that was lost for this reason. */
  public void giveUp(String sentence) {
    conversation.fail(sentence);
  }

  /**
   * Sends a request; waits only while too many bytes are under way. Never throws for the link's
   * sake: the future does.
   */
  public CompletableFuture<Reply> send(Request request) throws InterruptedException {
    byte[] body;
    try {
      body = MessageCodec.encode(request);
    } catch (ProtocolException e) {
      return CompletableFuture.failedFuture(e);
    }
    Pending entry = new Pending(new CompletableFuture<>(), Math.max(LEAST_COST, body.length));
    if (!window.take(entry.cost())) {
      return CompletableFuture.failedFuture(lostNow());
    }
    // Number and place in the queue go together: the agent carries out in the order of the queue.
    synchronized (ids) {
      long id = ids.incrementAndGet();
      pending.put(id, entry);
      if (!conversation.send(new Frame(Frame.Type.REQUEST, id, body))) {
        pending.remove(id);
        return CompletableFuture.failedFuture(lostNow());
      }
    }
    return entry.future();
  }

  /** Begins a stream of contents. Never throws for the link's sake: the stream's reply does. */
  public ContentStream contents() {
    Pending entry = new Pending(new CompletableFuture<>(), 0);
    long id;
    synchronized (ids) {
      id = ids.incrementAndGet();
      pending.put(id, entry);
    }
    if (lost != null && pending.remove(id) != null) {
      entry.future().completeExceptionally(lostNow());
    }
    return new Outgoing(id, entry.future());
  }

  /** One stream; credits are shared by all. */
  private final class Outgoing implements ContentStream {
    private final long id;
    private final CompletableFuture<Reply> reply;
    private boolean ended;

    Outgoing(long id, CompletableFuture<Reply> reply) {
      this.id = id;
      this.reply = reply;
    }

    @Override
    public boolean send(byte[] body) throws InterruptedException {
      Frame frame = new Frame(Frame.Type.CONTENT, id, body);
      return credits.take(frame.length()) && conversation.sendContent(frame);
    }

    @Override
    public void end() {
      if (!ended) {
        ended = true;
        conversation.sendContent(new Frame(Frame.Type.CONTENT_END, id, new byte[0]));
      }
    }

    @Override
    public CompletableFuture<Reply> reply() {
      return reply;
    }

    @Override
    public long backlog() {
      return backlog;
    }
  }

  /**
   * Sends a request and waits for its reply of the expected kind.
   *
   * @throws RequestFailedException if the agent answered {@link Reply.Failed}
   * @throws ConnectionException if the link is lost, or the reply is of another kind
   */
  public <R extends Reply> R call(Request request, Class<R> kind)
      throws IOException, InterruptedException {
    Reply reply;
    try {
      reply = send(request).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ConnectionException failure) {
        throw new ConnectionException(
            failure.reason(), Objects.requireNonNull(failure.getMessage()), failure);
      }
      throw new IOException(e.getCause());
    }
    if (reply instanceof Reply.Failed failed) {
      throw new RequestFailedException(failed);
    }
    if (!kind.isInstance(reply)) {
      throw new ConnectionException(
          ConnectionException.Reason.PROTOCOL,
          "the agent answered a "
              + request.getClass().getSimpleName()
              + " with a "
              + reply.getClass().getSimpleName());
    }
    return kind.cast(reply);
  }

  /**
   * Ends the session: requests without a reply fail, the agent sees the end of its input and lets
   * go. Waits for it, at most for the timeout. For a clean end wait for the reply to {@link
   * Request.Goodbye} first.
   */
  @Override
  public void close() {
    conversation.finish();
    try {
      if (lost == null || closedThere) {
        // It may have closed its end and be at work for a clean one still.
        channel.await(timeout);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    conversation.end();
    channel.close();
    replies.shutdown();
  }

  private ConnectionException lostNow() {
    ConnectionException reason = lost;
    return reason != null
        ? reason
        : new ConnectionException(
            ConnectionException.Reason.LOST, "the session with the secondary is closed");
  }

  private void failAll(ConnectionException reason) {
    for (Long id : List.copyOf(pending.keySet())) {
      Pending entry = pending.remove(id);
      if (entry != null) {
        complete(() -> entry.future().completeExceptionally(reason));
      }
    }
  }

  private void complete(Runnable completion) {
    try {
      replies.execute(completion);
    } catch (java.util.concurrent.RejectedExecutionException e) {
      completion.run(); // closed: nobody is left to be held up
    }
  }

  /** What the agent sends. */
  private final class Incoming implements Conversation.Listener {
    @Override
    public void arrived(Frame frame) throws ProtocolException {
      if (frame.type() == Frame.Type.CREDIT) {
        credits.give(frame.credit());
        backlog = frame.id();
        return;
      }
      Pending entry = frame.type() == Frame.Type.REPLY ? pending.remove(frame.id()) : null;
      if (entry == null) {
        throw new ProtocolException("the agent answered what it was not asked");
      }
      Reply reply;
      try {
        reply = MessageCodec.decodeReply(frame.body());
      } catch (ProtocolException e) {
        pending.put(frame.id(), entry); // fails with all others
        throw e;
      }
      answered.incrementAndGet();
      window.give(entry.cost());
      complete(() -> entry.future().complete(reply));
    }

    @Override
    public void ended(Conversation.End end) {
      ConnectionException reason = reason(end);
      closedThere = end.how() == Conversation.How.CLOSED;
      lost = reason;
      window.close();
      credits.close();
      failAll(reason);
      loss.run();
      if (end.how() != Conversation.How.CLOSED) {
        channel.close();
      }
    }

    private ConnectionException reason(Conversation.End end) {
      if (end.how() == Conversation.How.MALFORMED) {
        return new ConnectionException(
            ConnectionException.Reason.PROTOCOL,
            "what the agent sent cannot be understood: " + end.sentence());
      }
      return new ConnectionException(
          ConnectionException.Reason.LOST,
          "the link to the secondary was lost: " + end.sentence() + ErrorTail.of(channel));
    }
  }
}
