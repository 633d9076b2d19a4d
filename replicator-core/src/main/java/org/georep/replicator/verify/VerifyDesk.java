package org.georep.replicator.verify;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.georep.connection.ConnectionException;
import org.georep.engine.FileJob;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.replicator.apply.Agent;
import org.georep.replicator.plan.DirtySet;
import org.jspecify.annotations.Nullable;

/**
 * Where a verify and the pipeline meet: the verify asks the agent over the session's connection,
 * whichever that is now, waits until the secondary has caught up, and leaves what is to be mended;
 * the pipeline takes that with its next step. It outlives connections: a question whose connection
 * is lost is asked again over the next one. For any thread.
 */
public final class VerifyDesk {
  private static final Duration SWEEP_PAUSE = Duration.ofSeconds(1);

  private enum Busy {
    NOT,
    SHARE,
    WHOLE
  }

  private final Supplier<Optional<Instant>> inStep;
  private final Runnable wake;

  @GuardedBy("this")
  private @Nullable Agent agent;

  @GuardedBy("this")
  private boolean sweeps;

  @GuardedBy("this")
  private boolean sweepWanted;

  /** The last moment that was awaited, and whether the pipeline has yet to be told. */
  @GuardedBy("this")
  private Instant awaited = Instant.MIN;

  @GuardedBy("this")
  private boolean markWanted;

  @GuardedBy("this")
  private boolean closed;

  @GuardedBy("this")
  private Optional<String> elsewhere = Optional.empty();

  @GuardedBy("this")
  private Busy busy = Busy.NOT;

  /** Those who wait for the end of a share. */
  @GuardedBy("this")
  private int waiting;

  @GuardedBy("this")
  private final List<Place> names = new ArrayList<>();

  @GuardedBy("this")
  private final List<Gfid> attributes = new ArrayList<>();

  @GuardedBy("this")
  private final List<FileJob> contents = new ArrayList<>();

  /** What the pipeline has taken, and no barrier has covered. */
  @GuardedBy("this")
  private final Deque<Taken> taken = new ArrayDeque<>();

  private record Taken(
      long batch, List<Place> names, List<Gfid> attributes, List<FileJob> contents) {}

  /**
   * Makes it.
   *
   * @param inStep the last moment of which it is known that all before it is on the secondary
   * @param wake called when there is something for the pipeline
   */
  public VerifyDesk(Supplier<Optional<Instant>> inStep, Runnable wake) {
    this.inStep = Objects.requireNonNull(inStep, "inStep is null");
    this.wake = Objects.requireNonNull(wake, "wake is null");
  }

  /**
   * A connection is there.
   *
   * @param crawlsOnly whether only a crawl brings the secondary in step
   */
  public synchronized void attach(Agent greeted, boolean crawlsOnly) {
    agent = greeted;
    elsewhere = Optional.empty();
    sweeps = crawlsOnly;
    notifyAll();
  }

  /** Another worker has the secondary: who asks for a verify is told so, in this sentence. */
  public synchronized void elsewhere(String sentence) {
    elsewhere = Optional.of(sentence);
    notifyAll();
  }

  /** The connection is gone, or will be in a moment. */
  public synchronized void detach() {
    agent = null;
    // Nobody knows what became of it: the next connection's pipeline has it done again.
    for (Taken lost : taken) {
      names.addAll(lost.names());
      attributes.addAll(lost.attributes());
      contents.addAll(lost.contents());
    }
    taken.clear();
    notifyAll();
  }

  /** Nothing is asked any more: a verify under way fails. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  /**
   * Begins a verify. One of the whole waits for the end of a share, which is short, and goes before
   * the next one.
   *
   * @param share whether it is a share, which can be done later
   * @return false if another is under way
   * @throws IOException if the session ends meanwhile
   */
  public synchronized boolean begin(boolean share) throws IOException, InterruptedException {
    if (!share) {
      waiting++;
      try {
        while (busy == Busy.SHARE) {
          checkOpen();
          wait(1000);
        }
      } finally {
        waiting--;
      }
    } else if (waiting > 0) {
      return false; // or shares that follow one another would never let it in
    }
    boolean free = busy == Busy.NOT;
    if (free) {
      busy = share ? Busy.SHARE : Busy.WHOLE;
    }
    return free;
  }

  /** Ends a verify. */
  public synchronized void end() {
    busy = Busy.NOT;
    notifyAll();
  }

  private synchronized Agent agent() throws IOException, InterruptedException {
    while (agent == null) {
      checkOpen();
      wait(1000);
    }
    checkOpen();
    return agent;
  }

  @GuardedBy("this")
  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("The session ends; the comparison did not come to its end.");
    }
    if (elsewhere.isPresent()) {
      throw new IOException(elsewhere.get());
    }
  }

  /** Asks the agent, over the next connection if this one is lost meanwhile. */
  public <T extends Reply> T ask(Request request, Class<T> kind)
      throws IOException, InterruptedException {
    while (true) {
      Agent now = agent();
      try {
        return now.ask(request, kind);
      } catch (ConnectionException e) {
        lost(now, e);
      }
    }
  }

  /** A question on its way. */
  public final class Question<T extends Reply> {
    private final Request request;
    private final Class<T> kind;
    private final Agent asked;
    private final java.util.concurrent.CompletableFuture<Reply> reply;

    private Question(Request request, Class<T> kind, Agent asked) throws InterruptedException {
      this.request = request;
      this.kind = kind;
      this.asked = asked;
      this.reply = asked.send(request);
    }

    /** Waits for the answer. */
    public T answer() throws IOException, InterruptedException {
      try {
        return Agent.await(reply, kind);
      } catch (ConnectionException e) {
        lost(asked, e);
        return ask(request, kind);
      }
    }
  }

  /** Sends a question whose answer is waited for later. */
  public <T extends Reply> Question<T> send(Request request, Class<T> kind)
      throws IOException, InterruptedException {
    return new Question<>(request, kind, agent());
  }

  private synchronized void lost(Agent was, ConnectionException e) throws IOException {
    if (e.reason() != ConnectionException.Reason.LOST) {
      throw e;
    }
    if (agent == was) {
      agent = null; // until the worker has a new one
    }
    checkOpen();
  }

  /**
   * Returns whether the secondary has caught up with a moment. Asking for one that has not passed
   * makes the worker ask for a mark, or crawl where only crawls bring it in step.
   */
  public boolean hasPassed(Instant moment) {
    boolean passed = inStep.get().filter(mark -> mark.isAfter(moment)).isPresent();
    synchronized (this) {
      if (!passed && sweeps && !sweepWanted) {
        sweepWanted = true;
        wake.run();
      }
    }
    if (!passed) {
      await(moment);
    }
    return passed;
  }

  /**
   * Has the worker ask for a mark that covers a moment, where marks bring the secondary in step.
   */
  public synchronized void await(Instant moment) {
    if (!sweeps && moment.isAfter(awaited)) {
      awaited = moment;
      markWanted = true;
      wake.run();
    }
  }

  /** Waits a moment for things to change. */
  @SuppressWarnings("WaitNotInLoop") // a pause, which may be shorter
  public synchronized void pause() throws IOException, InterruptedException {
    checkOpen();
    wait(SWEEP_PAUSE.toMillis() / 4);
    checkOpen();
  }

  /** Has names looked at again by the pipeline. */
  public synchronized void mendName(Place place) {
    names.add(place);
    wake.run();
  }

  /** Has an inode's attributes set again by the pipeline. */
  public synchronized void mendAttributes(Gfid gfid) {
    attributes.add(gfid);
    wake.run();
  }

  /** Has contents compared, if sizes agree, and sent where they differ, by the pipeline. */
  public synchronized void mendContents(Gfid file, long size, boolean sameSize) {
    contents.add(new FileJob(0, file, size, sameSize ? size : 0, sameSize));
    wake.run();
  }

  /** Returns whether the pipeline has taken all that is to be mended. */
  public synchronized boolean isTaken() throws IOException {
    checkOpen();
    return names.isEmpty() && attributes.isEmpty() && contents.isEmpty();
  }

  /** Returns whether all that is to be mended was sent and is durable on the secondary. */
  public synchronized boolean isDurable() throws IOException {
    return isTaken() && taken.isEmpty();
  }

  /**
   * Takes what is to be mended, for the pipeline.
   *
   * @param into gets names and inodes that are dirty
   * @param batch the batch it is done in
   * @return contents to be compared or sent
   */
  public synchronized List<FileJob> take(DirtySet into, long batch) {
    if (names.isEmpty() && attributes.isEmpty() && contents.isEmpty()) {
      return List.of();
    }
    names.forEach(into::addName);
    attributes.forEach(gfid -> into.addAttributes(gfid, Optional.empty()));
    List<FileJob> jobs = List.copyOf(contents);
    taken.add(new Taken(batch, List.copyOf(names), List.copyOf(attributes), jobs));
    names.clear();
    attributes.clear();
    contents.clear();
    return jobs;
  }

  /** A barrier made durable what was sent up to this batch, for the pipeline. */
  public synchronized void durable(long batch) {
    boolean any = false;
    while (!taken.isEmpty() && taken.element().batch() <= batch) {
      taken.remove();
      any = true;
    }
    if (any) {
      notifyAll();
    }
  }

  /** Returns once, for the pipeline, that a mark is waited for. */
  public synchronized boolean takeMarkWanted() {
    boolean wanted = markWanted;
    markWanted = false;
    return wanted;
  }

  /** Returns once, for the pipeline, that a crawl is wanted. */
  public synchronized boolean takeSweep() {
    boolean wanted = sweepWanted;
    sweepWanted = false;
    return wanted;
  }
}
