package org.georep.secondary;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.protocol.Conversation;
import org.georep.protocol.Frame;
import org.georep.protocol.MessageCodec;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.Protocols;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.RequestHandler;
import org.jspecify.annotations.Nullable;

/**
 * A session's requests, carried out one after the other, in order, by one thread; contents are
 * written into the stage beside them, by threads of their own, and published among them.
 *
 * <p>It guarantees: every request that arrives whole is answered once, whatever goes wrong in it,
 * while the connection lasts; requests the session's peer sends in advance wait, at most {@link
 * RequestQueue#CAPACITY} bytes of them, and after that its bytes are left in the pipe; the handler
 * is closed exactly once, after Goodbye, at the end of input, when the peer was silent for the
 * timeout, and on SIGTERM or SIGHUP. A request under way is finished first; those that wait are
 * dropped, as nobody is left to hear the answer. After kill -9 the handler was not closed; what
 * that leaves is its own affair.
 */
final class AgentSession implements Conversation.Listener {
  private static final Duration LAST_WORDS = Duration.ofSeconds(20);

  private final RequestHandler handler;
  private final RootRule rule;
  private final int protocol;
  private final RequestQueue requests = new RequestQueue();
  private final ContentLanes lanes = new ContentLanes(new Contents());
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable Conversation conversation;
  private boolean greeted;
  private boolean handlerClosed;

  AgentSession(RequestHandler handler, RootRule rule) {
    this(handler, rule, Protocols.NEWEST);
  }

  private AgentSession(RequestHandler handler, RootRule rule, int protocol) {
    this.protocol = protocol;
    this.handler = Objects.requireNonNull(handler, "handler is null");
    this.rule = Objects.requireNonNull(rule, "rule is null");
  }

  /**
   * Runs a session to its end; returns the exit code.
   *
   * @param protocol the one that is spoken
   */
  static int run(
      HandlerFactory tree,
      RootRule rule,
      int protocol,
      InputStream in,
      OutputStream out,
      Duration timeout)
      throws IOException, InterruptedException {
    AgentSession session = new AgentSession(tree.open(), rule, protocol);
    Runtime.getRuntime().addShutdownHook(new Thread(session::stop, "agent-stop"));
    return session.serve(in, out, timeout);
  }

  /** Serves until the end, in the calling thread; returns the exit code. */
  int serve(InputStream in, OutputStream out, Duration timeout)
      throws IOException, InterruptedException {
    Conversation conversation = new Conversation(in, out, timeout, this);
    this.conversation = conversation;
    handler.watch(conversation::signs);
    conversation.start();
    try {
      for (Optional<Frame> frame = requests.next(); frame.isPresent(); frame = requests.next()) {
        if (frame.get().isContent()) {
          long stream = frame.get().id();
          answer(conversation, frame.get(), said("stream", () -> handler.publish(stream)));
          continue;
        }
        Request request;
        try {
          request = MessageCodec.decodeRequest(frame.get().body());
        } catch (ProtocolException e) {
          answer(conversation, frame.get(), new Reply.Failed(0, said(e)));
          return 1;
        }
        if (request instanceof Request.DigestBlocks digest && greeted) {
          Frame asked = frame.get();
          lanes.run(() -> digest(conversation, asked, digest));
          continue;
        }
        Reply reply = carryOut(request);
        if (request instanceof Request.Goodbye && reply instanceof Reply.Done) {
          // Closed before it is answered: who was answered may open the same root at once.
          close();
          answer(conversation, frame.get(), reply);
          return 0;
        }
        answer(conversation, frame.get(), reply);
      }
      return 1;
    } finally {
      requests.close();
      lanes.end();
      close();
      conversation.finish();
      conversation.awaitWritten(LAST_WORDS);
    }
  }

  private void close() throws IOException {
    if (!handlerClosed) {
      handlerClosed = true;
      try {
        handler.close();
      } finally {
        closed.countDown();
      }
    }
  }

  /** Lets the session end after the request under way, and waits for that. */
  private void stop() {
    requests.close();
    try {
      closed.await(LAST_WORDS.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(Conversation conversation, Frame request, Reply reply)
      throws InterruptedException {
    byte[] body;
    try {
      body = encoded(reply);
    } catch (ProtocolException e) {
      throw new IllegalStateException("a short failure does not fit into a frame", e);
    }
    conversation.send(new Frame(Frame.Type.REPLY, request.id(), body));
  }

  private byte[] encoded(Reply reply) throws ProtocolException {
    try {
      return MessageCodec.encode(reply, protocol);
    } catch (ProtocolException e) {
      return MessageCodec.encode(
          new Reply.Failed(
              Errno.EOVERFLOW, "the answer was too large, ask for less at once: " + said(e)));
    }
  }

  /** Whatever happens in there, the answer is a reply. */
  private Reply carryOut(Request request) {
    Optional<Reply> refused = refusal(request);
    if (refused.isPresent()) {
      return refused.get();
    }
    return said(request.getClass().getSimpleName(), () -> handler.handle(request));
  }

  private interface Answer {
    Reply get() throws IOException;
  }

  private static Reply said(String what, Answer answer) {
    try {
      return answer.get();
    } catch (PosixException e) {
      return new Reply.Failed(e.errno(), said(e));
    } catch (IOException e) {
      return new Reply.Failed(0, said(e));
    } catch (RuntimeException | LinkageError | StackOverflowError | OutOfMemoryError e) {
      // A fault of ours or a native library that does not load here: told, and kept for the log.
      e.printStackTrace();
      return new Reply.Failed(0, "the agent failed at a " + what + ", please report this: " + e);
    }
  }

  /** Reads files and changes nothing, so it need not wait for its turn, nor others for it. */
  private void digest(Conversation conversation, Frame asked, Request.DigestBlocks request) {
    try {
      answer(conversation, asked, said("DigestBlocks", () -> handler.handle(request)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the lanes do. */
  private final class Contents implements ContentLanes.Work {
    @Override
    public void take(Frame frame, long backlog) throws IOException, InterruptedException {
      if (frame.type() == Frame.Type.CONTENT_END) {
        requests.add(frame);
        return;
      }
      handler.contents(frame.id(), frame.body());
      Conversation open = conversation;
      if (open != null) {
        open.send(Frame.credit(backlog, frame.length()));
      }
    }

    @Override
    public void failed(Exception cause) {
      System.err.println("georep agent: contents that arrived cannot be taken: " + cause);
      Conversation open = conversation;
      if (open != null) {
        open.end();
      }
    }
  }

  private Optional<Reply> refusal(Request request) {
    Optional<byte[]> root = root(request);
    if (root.isPresent()) {
      Optional<String> sentence = rule.refuses(root.get());
      greeted = sentence.isEmpty();
      return sentence.map(words -> new Reply.Refused(Reply.Refusal.UNUSABLE, words));
    }
    if (!greeted && !(request instanceof Request.Ping) && !(request instanceof Request.Goodbye)) {
      return Optional.of(
          new Reply.Failed(0, "the first request of a connection has to be a Hello"));
    }
    return Optional.empty();
  }

  /** Returns the root a request names, if it is one that may come first. */
  private static Optional<byte[]> root(Request request) {
    if (request instanceof Request.Hello hello) {
      return Optional.of(hello.root());
    } else if (request instanceof Request.Promote promote) {
      return Optional.of(promote.root());
    } else if (request instanceof Request.NextKin next) {
      return Optional.of(next.root());
    } else if (request instanceof Request.Handover handover) {
      return Optional.of(handover.root());
    } else if (request instanceof Request.Stand stand) {
      return Optional.of(stand.root());
    }
    return Optional.empty();
  }

  private static String said(Exception e) {
    return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }

  @Override
  public void arrived(Frame frame) throws ProtocolException, InterruptedException {
    if (frame.isContent()) {
      lanes.add(frame);
    } else if (frame.type() == Frame.Type.REQUEST) {
      requests.add(frame);
    } else {
      throw new ProtocolException("a reply was sent to the agent");
    }
  }

  @Override
  public void ended(Conversation.End end) {
    if (end.how() != Conversation.How.CLOSED) {
      System.err.println("georep agent: " + end.sentence());
    }
    requests.close();
  }
}
