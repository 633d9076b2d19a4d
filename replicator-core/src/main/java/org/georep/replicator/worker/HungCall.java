package org.georep.replicator.worker;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Notices a thread that hangs in one call of the kernel: a disk that answers nothing, a file server
 * that went away.
 *
 * <p>Such a thread is in a native method, called from the same place at every look, and has used no
 * processor time in between. One that lists a directory of millions of entries is in the same
 * place, but uses time; one that waits for another thread, for a signal or for a moment is in no
 * such call. So what is slow is not taken for what hangs, however slow it is. The processor time is
 * asked for only of what has been in the same place for some looks: the first question costs a
 * tenth of a second.
 *
 * <p>For one thread at a time.
 */
final class HungCall {
  private static final int MEASURED_AFTER = 4;
  private static final String SYSTEM_CALLS = "org.georep.posix.";
  private static final String TASKS = "/proc/self/task";

  private final Thread worker;
  private final Predicate<Thread> isItsOwn;
  private Map<Thread, Seen> seen = new HashMap<>();

  private record Seen(List<StackTraceElement> place, int looks, long used, Duration stood) {}

  /**
   * Makes it.
   *
   * @param worker the thread to look at
   * @param isItsOwn which threads of its group work for it
   */
  HungCall(Thread worker, Predicate<Thread> isItsOwn) {
    this.worker = Objects.requireNonNull(worker, "worker is null");
    this.isItsOwn = Objects.requireNonNull(isItsOwn, "isItsOwn is null");
  }

  /**
   * Looks.
   *
   * @param step since the last look
   * @return how long some thread has hung at least; zero if none does
   */
  Duration look(Duration step) {
    Map<Thread, Seen> now = new HashMap<>();
    Duration longest = Duration.ZERO;
    for (Thread thread : threads()) {
      List<StackTraceElement> place = List.of(thread.getStackTrace());
      if (thread.getState() != Thread.State.RUNNABLE
          || place.isEmpty()
          || !place.get(0).isNativeMethod()) {
        continue;
      }
      Seen last = seen.get(thread);
      Seen next =
          last == null || !last.place.equals(place)
              ? new Seen(place, 1, -1, Duration.ZERO)
              : measured(thread, last, step);
      now.put(thread, next);
      longest = longest.compareTo(next.stood) < 0 ? next.stood : longest;
    }
    seen = now;
    return longest;
  }

  private static Seen measured(Thread thread, Seen last, Duration step) {
    if (last.looks < MEASURED_AFTER) {
      return new Seen(last.place, last.looks + 1, -1, Duration.ZERO);
    }
    long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId());
    Duration stood = used >= 0 && used == last.used ? last.stood.plus(step) : Duration.ZERO;
    return new Seen(last.place, last.looks, used, stood);
  }

  /** Returns the name of the call that hangs longest, if it is one of ours. */
  Optional<String> name() {
    return seen.values().stream()
        .max((one, other) -> one.stood.compareTo(other.stood))
        .flatMap(
            hung ->
                hung.place.stream()
                    .filter(frame -> frame.getClassName().startsWith(SYSTEM_CALLS))
                    .map(StackTraceElement::getMethodName)
                    .findFirst());
  }

  /**
   * Returns whether a thread of this process sleeps in the kernel where no signal wakes it: then
   * nobody can end the process before the kernel has gone on, and ended it could tell nothing more.
   */
  static boolean canNotBeEnded() {
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of(TASKS))) {
      for (Path task : tasks) {
        String stat = Files.readString(task.resolve("stat"), StandardCharsets.ISO_8859_1);
        if (stat.startsWith(" D", stat.lastIndexOf(')') + 1)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // a thread that has just ended: looked at again with the next look
    }
  }

  private List<Thread> threads() {
    ThreadGroup group = worker.getThreadGroup();
    Thread[] all = new Thread[group == null ? 0 : group.activeCount() * 2 + 8];
    int count = group == null ? 0 : group.enumerate(all);
    return Arrays.stream(all, 0, count)
        .filter(thread -> thread == worker || isItsOwn.test(thread))
        .toList();
  }
}
