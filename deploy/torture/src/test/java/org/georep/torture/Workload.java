package org.georep.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Does things to the primary: what authors think up, or what a log says. Each writer is a process
 * of its own, from its first round to the end of the run.
 */
final class Workload implements AutoCloseable {
  private final Arena arena;
  private final OperationLog log;
  private final Faults faults;
  private final Tally tally;
  private final Map<Integer, RemoteHands> writers = new TreeMap<>();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  Workload(Arena arena, OperationLog log, Faults faults, Tally tally) {
    this.arena = arena;
    this.log = log;
    this.faults = faults;
    this.tally = tally;
  }

  /** Returns the process of a writer, which has opened the primary. */
  private RemoteHands writer(int number) throws IOException {
    RemoteHands writer = writers.get(number);
    if (writer == null) {
      writer = new RemoteHands(arena.primary(), arena.outside());
      writers.put(number, writer);
    }
    writer.begin();
    return writer;
  }

  private void endWriting() throws IOException {
    for (RemoteHands writer : writers.values()) {
      writer.end();
    }
  }

  /** Lets every author do so much, at once, and what goes wrong happen meanwhile. */
  void round(List<Author> authors, Rounds.Round round) throws IOException, InterruptedException {
    done.set(0);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (Author author : authors) {
      RemoteHands writer = writer(author.writer());
      int operations = round.operationsEach();
      threads.add(new Thread(() -> write(author, writer, operations, failure), "writer"));
    }
    threads.forEach(Thread::start);
    for (Rounds.Planned plan : round.faults()) {
      while (done.get() < plan.afterOperations() && threads.stream().anyMatch(Thread::isAlive)) {
        LockSupport.parkNanos(1_000_000);
      }
      // Part of what the seed fixes: when, within the operations, the fault comes.
      Thread.sleep(plan.delayMillis());
      happen(plan.fault(), plan.millis());
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new IllegalStateException("a writer failed", failure.get());
    }
  }

  /** Lets one fault happen. */
  void happen(Fault fault, long millis) throws IOException, InterruptedException {
    log.fault(fault, millis);
    log.note(faults.happen(fault, millis));
  }

  private void write(
      Author author, RemoteHands writer, int operations, AtomicReference<Throwable> failure) {
    try {
      for (int i = 0; i < operations && failure.get() == null; i++) {
        Operation operation = author.next();
        log.act(operation);
        apply(writer, operation);
        done.incrementAndGet();
      }
      writer.end();
    } catch (IOException | RuntimeException e) {
      failure.set(e);
    }
  }

  private void apply(RemoteHands writer, Operation operation) throws IOException {
    if (!writer.apply(operation)) {
      refused.incrementAndGet();
    } else if (operation.kind() != Kind.REST) {
      tally.operation();
    }
  }

  /** Returns how many operations the file system refused. */
  int refused() {
    return refused.get();
  }

  /** Does again what one round's steps say, at the times they say, one after the other. */
  void again(List<Step> steps) throws IOException, InterruptedException {
    long began = System.nanoTime();
    for (Step step : steps) {
      LockSupport.parkNanos(began + step.at() * 1_000_000 - System.nanoTime());
      if (step instanceof Step.Act act) {
        log.act(act.operation());
        if (act.operation().kind() != Kind.REST) {
          apply(writer(act.operation().writer()), act.operation());
        }
      } else if (step instanceof Step.Break fault) {
        if (fault.fault().needsQuiet()) {
          endWriting();
        }
        happen(fault.fault(), fault.millis());
      }
    }
    endWriting();
  }

  @Override
  public void close() {
    writers.values().forEach(RemoteHands::close);
  }
}
