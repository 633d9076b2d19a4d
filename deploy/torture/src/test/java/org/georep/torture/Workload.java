package org.georep.torture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;

/** Does things to the primary: what authors think up, or what a log says. */
final class Workload {
  /** These a file system may answer to any operation; others are a failure of the harness. */
  private static final int[] BROKEN = {Errno.EBADF, Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM};

  private final Libc libc = NativeLibc.instance();
  private final Arena arena;
  private final OperationLog log;
  private final Faults faults;
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  Workload(Arena arena, OperationLog log, Faults faults) {
    this.arena = arena;
    this.log = log;
    this.faults = faults;
  }

  /** When in a round something goes wrong. */
  record Planned(int afterOperations, long delayMillis, Fault fault, long millis) {}

  private Hands hands() throws PosixException {
    return new Hands(libc, bytes(arena.primary()), bytes(arena.outside()));
  }

  private static byte[] bytes(java.nio.file.Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Lets every author do so many operations, at once, and the faults happen meanwhile. */
  void round(List<Author> authors, int operationsEach, List<Planned> planned)
      throws IOException, InterruptedException {
    done.set(0);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (Author author : authors) {
      threads.add(new Thread(() -> write(author, operationsEach, failure), "writer"));
    }
    threads.forEach(Thread::start);
    for (Planned plan : planned) {
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

  private void write(Author author, int operations, AtomicReference<Throwable> failure) {
    try (Hands hands = hands()) {
      for (int i = 0; i < operations && failure.get() == null; i++) {
        Operation operation = author.next();
        log.act(operation);
        apply(hands, operation);
        done.incrementAndGet();
      }
    } catch (IOException | RuntimeException e) {
      failure.set(e);
    }
  }

  private void apply(Hands hands, Operation operation) throws IOException {
    try {
      hands.apply(operation);
    } catch (PosixException e) {
      if (e.is(BROKEN)) {
        throw e;
      }
      refused.incrementAndGet();
    }
  }

  /** Returns how many operations the file system refused. */
  int refused() {
    return refused.get();
  }

  /** Does again what one round's steps say, at the times they say. */
  void again(List<Step> steps) throws IOException, InterruptedException {
    long began = System.nanoTime();
    Hands hands = hands();
    try {
      for (Step step : steps) {
        LockSupport.parkNanos(began + step.at() * 1_000_000 - System.nanoTime());
        if (step instanceof Step.Act act) {
          log.act(act.operation());
          if (act.operation().kind() != Kind.REST) {
            apply(hands, act.operation());
          }
        } else if (step instanceof Step.Break fault) {
          if (fault.fault().needsQuiet()) {
            hands.close();
          }
          happen(fault.fault(), fault.millis());
          if (fault.fault().needsQuiet()) {
            hands = hands();
          }
        }
      }
    } finally {
      hands.close();
    }
  }

  /** Returns when a round's faults happen. */
  static List<Planned> plan(Random random, List<Fault> allowed, int count, int operations) {
    List<Planned> plan = new ArrayList<>();
    for (int i = 0; i < count && !allowed.isEmpty(); i++) {
      Fault fault = Fault.choose(random, allowed);
      boolean late = random.nextInt(3) == 0;
      plan.add(
          new Planned(
              late ? operations : random.nextInt(operations),
              random.nextInt(late ? 2500 : 150),
              fault,
              fault.lasts() ? lasting(random) : 0));
    }
    plan.sort(java.util.Comparator.comparingInt(Planned::afterOperations));
    return plan;
  }

  private static long lasting(Random random) {
    return random.nextInt(4) == 0 ? 3000 + random.nextInt(9000) : 50 + random.nextInt(1500);
  }
}
