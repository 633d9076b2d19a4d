package org.georep.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.georep.posix.Errno;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Waits;
import org.georep.torture.inside.BrokenCalls;

/**
 * Lets things go wrong in an arena. What lasts for a while is undone by itself, at the latest by
 * {@link #awaitUndone}.
 */
final class Faults implements AutoCloseable {
  private static final int FLOOD = 8_000;
  private static final int BLOCK = 4096;
  private static final int MOST_BLOCKS = 16_384;
  private static final long QUOTA_LEFT = 1 << 20;
  private static final int CLOCK_SECONDS = 5;

  /** How long a process or connection that is to be hit may take to come: engines come and go. */
  private static final long PATIENCE_NANOS = 3_000_000_000L;

  private final Arena arena;
  private final Tally tally;
  private final Unreliable unreliable;
  private int ballasts;
  private final ScheduledExecutorService later =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "undo");
            thread.setDaemon(true);
            return thread;
          });
  private final ConcurrentLinkedQueue<ScheduledFuture<?>> undoing = new ConcurrentLinkedQueue<>();

  /**
   * Makes it.
   *
   * @param tally where those that had an effect are counted
   */
  Faults(Arena arena, Tally tally) {
    this.arena = arena;
    this.tally = tally;
    this.unreliable = new Unreliable(arena);
  }

  /** Whether it had an effect; of what lasts it may be counted when it is over. */
  private enum Effect {
    HAD,
    NONE,
    COUNTED_LATER;

    static Effect of(boolean had) {
      return had ? HAD : NONE;
    }
  }

  /** What was hit, in words. */
  private record Hit(String what, Effect effect) {
    Hit(String what, boolean had) {
      this(what, Effect.of(had));
    }
  }

  /** Lets one happen; returns what was hit, in words. */
  synchronized String happen(Fault fault, long millis) throws IOException, InterruptedException {
    Hit hit = hit(fault, millis);
    if (hit.effect() != Effect.COUNTED_LATER) {
      tally.fault(fault, hit.effect() == Effect.HAD);
    }
    return hit.what();
  }

  private Hit hit(Fault fault, long millis) throws IOException, InterruptedException {
    return switch (fault) {
      case KILL_REPLICATOR -> end(arena.replicator(), "KILL");
      case END_REPLICATOR -> end(arena.replicator(), "TERM");
      case KILL_CAPTURE -> endCapture("KILL");
      case END_CAPTURE -> endCapture("TERM");
      case KILL_AGENT -> kill(Processes.Role.AGENT);
      case KILL_SSH -> kill(Processes.Role.SSH);
      case KILL_ENGINE -> kill(Processes.Role.ENGINE);
      case STOP_REPLICATOR -> stop(Processes.Role.REPLICATOR, millis);
      case FLOOD -> flood(millis);
      case STOP_CAPTURE -> stop(Processes.Role.CAPTURE, millis);
      case STOP_AGENT -> stop(Processes.Role.AGENT, millis);
      case STOP_SSH -> stop(Processes.Role.SSH, millis);
      case STOP_ENGINE -> stop(Processes.Role.ENGINE, millis);
      case CUT -> {
        awaitSome(arena.relay()::connections);
        yield connections(arena.relay().cut());
      }
      case STALL -> stall(millis);
      case REFUSE -> {
        awaitSome(arena.relay()::connections);
        int ended = arena.relay().refuse(true);
        undo(millis, () -> arena.relay().refuse(false));
        yield connections(ended);
      }
      case READ_ONLY -> readOnly(millis);
      case FULL -> full(millis);
      case QUOTA -> quota(millis);
      case BROKEN_DISK -> breakCalls(fault, Errno.EIO, millis);
      case FORBIDDEN -> breakCalls(fault, Errno.EACCES, millis);
      case CLOCK_BACK -> shiftClock(-CLOCK_SECONDS, millis);
      case CLOCK_AHEAD -> shiftClock(CLOCK_SECONDS, millis);
      case ROLL_BACK -> rollBackPrimary();
      case ROLL_BACK_SECONDARY -> rollBackSecondary();
      case POWER_CUT -> powerCut();
      case SNAPSHOT -> {
        copyFrozen(arena.primaryImage());
        copyFrozen(arena.secondaryImage());
        yield new Hit("both", Effect.COUNTED_LATER); // it breaks nothing: it does not count
      }
    };
  }

  private static Hit connections(int count) {
    return new Hit(count + " connections", count > 0);
  }

  private static Hit end(Daemon daemon, String signal) {
    boolean ended = daemon.end(signal);
    return new Hit(ended ? Long.toString(daemon.pid()) : "ended before", ended);
  }

  private Hit endCapture(String signal) {
    return arena
        .captureProcess()
        .map(capture -> end(capture, signal))
        .orElse(new Hit("none", false));
  }

  /** Returns those of a role; where there are none just now, the next, if they come soon. */
  private List<Processes.Found> await(Processes.Role role) {
    awaitSome(() -> arena.processes().of(role).size());
    return arena.processes().of(role);
  }

  private static void awaitSome(IntSupplier count) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (count.getAsInt() == 0 && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Sends a signal; whether one was there to get it. */
  private static boolean signal(String name, List<Processes.Found> found) {
    boolean got = false;
    for (Processes.Found process : found) {
      got |= Processes.signal(name, process.pid());
    }
    return got;
  }

  private Hit kill(Processes.Role role) {
    List<Processes.Found> found = await(role);
    return new Hit(found.toString(), signal("KILL", found));
  }

  private Hit stop(Processes.Role role, long millis) {
    List<Processes.Found> found = await(role);
    boolean stopped = signal("STOP", found);
    undo(millis, () -> signal("CONT", found));
    return new Hit(found.toString(), stopped);
  }

  private Hit stall(long millis) {
    awaitSome(arena.relay()::connections);
    long before = arena.relay().heldBack();
    arena.relay().stall(true);
    undo(
        millis,
        () -> {
          arena.relay().stall(false);
          tally.fault(Fault.STALL, arena.relay().heldBack() > before);
        });
    return new Hit("all", Effect.COUNTED_LATER);
  }

  /** What is made goes at once: the writers do not meet it, and the primary is as it was. */
  private Hit flood(long millis) throws IOException {
    List<Processes.Found> found = await(Processes.Role.REPLICATOR);
    boolean stopped = signal("STOP", found);
    try {
      for (int i = 0; i < FLOOD; i++) {
        Path file = arena.primary().resolve("flood" + i);
        Files.createFile(file);
        Files.delete(file);
      }
    } finally {
      undo(millis, () -> signal("CONT", found));
    }
    return new Hit(found.toString(), stopped);
  }

  private interface Undo {
    void run() throws IOException, InterruptedException;
  }

  private void undo(long millis, Undo work) {
    undoing.add(
        later.schedule(
            () -> {
              work.run();
              return null;
            },
            millis,
            TimeUnit.MILLISECONDS));
  }

  /** Returns how many calls to the kernel were made to fail. */
  long failedCalls() throws IOException {
    return unreliable.failed();
  }

  /** Returns when all that lasts is over. */
  void awaitUndone() throws InterruptedException {
    for (ScheduledFuture<?> undo = undoing.poll(); undo != null; undo = undoing.poll()) {
      try {
        undo.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a fault cannot be undone", e.getCause());
      }
    }
  }

  /** Nobody uses the secondary's file system while this runs. */
  private void withoutAgents(Undo work) throws IOException, InterruptedException {
    arena.relay().refuse(true);
    try {
      endFarSide();
      work.run();
    } finally {
      arena.relay().refuse(false);
    }
  }

  private void endFarSide() {
    arena.sshd().dropConnections();
    // Those of the far end are the agents, and the engines that use the file system.
    until(
        "the far side has ended",
        () -> {
          List<Processes.Found> left =
              arena.processes().all().stream().filter(this::usesSecondary).toList();
          left.forEach(process -> Processes.signal("KILL", process.pid()));
          return left.isEmpty();
        });
  }

  private static void until(String what, Callable<Boolean> condition) {
    try {
      Waits.until(what, condition);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean usesSecondary(Processes.Found process) {
    if (process.role() == Processes.Role.AGENT) {
      return true;
    }
    return process.role() == Processes.Role.ENGINE
        && ProcessHandle.of(process.pid())
            .flatMap(ProcessHandle::parent)
            .filter(parent -> parent.pid() == arena.replicator().pid())
            .isEmpty();
  }

  private Hit readOnly(long millis) throws IOException, InterruptedException {
    String mount = arena.secondaryImage().mountPoint().toString();
    arena.replicator().hopeless(true);
    withoutAgents(
        () ->
            until(
                "the secondary is read-only",
                () -> Program.run(List.of("mount", "-o", "remount,ro", mount)).exitCode() == 0));
    undo(
        millis,
        () -> {
          Program.check("mount", "-o", "remount,rw", mount);
          arena.replicator().hopeless(false);
        });
    return new Hit(mount, true);
  }

  private Path ballast() {
    return arena.secondaryImage().mountPoint().resolve("ballast-" + ballasts++);
  }

  private Hit full(long millis) throws IOException {
    Path ballast = ballast();
    arena.replicator().hopeless(true); // a first start finds no room to begin in
    try {
      allocate(ballast);
      return fill(ballast);
    } finally {
      undo(
          millis,
          () -> {
            remove(ballast);
            arena.replicator().hopeless(false);
          });
    }
  }

  /** While the file system is read-only as well, this has to wait. */
  private void remove(Path ballast) throws IOException {
    try {
      Files.deleteIfExists(ballast);
    } catch (FileSystemException e) {
      if (!String.valueOf(e.getReason()).contains("Read-only")) {
        throw e;
      }
      undo(100, () -> remove(ballast));
    }
  }

  /** Takes as much as there is. */
  private static void allocate(Path ballast) throws IOException {
    long bytes = Files.getFileStore(ballast.getParent()).getUnallocatedSpace();
    while (bytes > BLOCK
        && Program.run(List.of("fallocate", "-l", Long.toString(bytes), ballast.toString()))
                .exitCode()
            != 0) {
      bytes -= Math.max(BLOCK, bytes / 16);
    }
  }

  /** Takes the rest block by block, until there is no more. */
  private static Hit fill(Path ballast) {
    try (OutputStream out =
        Files.newOutputStream(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      byte[] block = new byte[BLOCK];
      for (int i = 0; i < MOST_BLOCKS; i++) {
        out.write(block);
      }
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      return new Hit(ballast + ": " + why, why.contains("No space") || why.contains("quota"));
    }
    return new Hit(ballast + " nearly", false);
  }

  private Hit quota(long millis) throws IOException {
    LoopImage image = arena.secondaryImage();
    String mount = image.mountPoint().toString();
    if (arena.setUp().kind() != LoopImage.Kind.BTRFS) {
      return new Hit("not possible on " + image, false);
    }
    Path ballast = ballast();
    arena.replicator().hopeless(true); // as where it is full
    try {
      if (Program.run(List.of("btrfs", "quota", "enable", mount)).exitCode() != 0) {
        return new Hit("not possible now", false); // read-only just now
      }
      FileStore store = Files.getFileStore(image.mountPoint());
      long used = store.getTotalSpace() - store.getUnallocatedSpace();
      Program.check("btrfs", "qgroup", "limit", Long.toString(used + QUOTA_LEFT), mount);
      return fill(ballast);
    } finally {
      undo(
          millis,
          () -> {
            // Another one may have ended it already, and begun it again.
            Program.run(List.of("btrfs", "qgroup", "limit", "none", mount));
            Program.run(List.of("btrfs", "quota", "disable", mount));
            remove(ballast);
            arena.replicator().hopeless(false);
          });
    }
  }

  private Hit breakCalls(Fault fault, int errno, long millis) throws IOException {
    // It may not even be able to read its own root.
    arena.replicator().mayFailToStart(millis);
    arena.captureProcess().ifPresent(capture -> capture.mayFailToStart(millis));
    BrokenCalls.Order order = unreliable.breakCalls(errno);
    long before = unreliable.failed(errno);
    undo(
        millis,
        () -> {
          unreliable.mend(order);
          tally.fault(fault, unreliable.failed(errno) > before);
        });
    return new Hit(order.toString(), Effect.COUNTED_LATER);
  }

  private Hit shiftClock(int seconds, long millis) throws IOException {
    unreliable.shiftClock(seconds * 1000L);
    undo(millis, () -> unreliable.shiftClock(-seconds * 1000L));
    return new Hit(seconds + " s", true);
  }

  private Hit powerCut() throws IOException, InterruptedException {
    LoopImage image = arena.secondaryImage();
    boolean[] cut = new boolean[1];
    arena.relay().refuse(true);
    try {
      // While the agent is writing; what it gets from now on are errors.
      cut[0] =
          Program.run(List.of("xfs_io", "-x", "-c", "shutdown", image.mountPoint().toString()))
                  .exitCode()
              == 0;
      endFarSide();
      image.unmount();
      image.mount();
      rebooted();
    } finally {
      arena.relay().refuse(false);
    }
    return new Hit((cut[0] ? "" : "not possible on ") + image, cut[0]);
  }

  /** The agent knows by the boot id it noted that its machine went down. */
  private void rebooted() throws IOException {
    Path running = arena.secondary().resolve(".georep/running");
    if (Files.exists(running)) {
      Files.writeString(running, "00000000-0000-4000-8000-000000000000\n");
    }
  }

  private static void copyFrozen(LoopImage image) {
    String mount = image.mountPoint().toString();
    Program.check("fsfreeze", "--freeze", mount);
    try {
      Program.check("cp", "--sparse=always", image.image().toString(), older(image).toString());
    } finally {
      Program.check("fsfreeze", "--unfreeze", mount);
    }
  }

  private static Path older(LoopImage image) {
    return image.image().resolveSibling(image.image().getFileName() + ".older");
  }

  private static Hit restore(LoopImage image) throws IOException {
    if (!Files.exists(older(image))) {
      return new Hit("nothing older", false);
    }
    image.unmount();
    Program.check("cp", "--sparse=always", older(image).toString(), image.image().toString());
    image.mount();
    return new Hit(image.toString(), true);
  }

  private Hit rollBackPrimary() throws IOException, InterruptedException {
    arena.stopProgram();
    Hit what = restore(arena.primaryImage());
    arena.startProgram();
    return what;
  }

  private Hit rollBackSecondary() throws IOException, InterruptedException {
    Hit[] what = new Hit[1];
    withoutAgents(() -> what[0] = restore(arena.secondaryImage()));
    return what[0];
  }

  @Override
  public void close() {
    try {
      awaitUndone();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      later.shutdownNow();
    }
  }
}
