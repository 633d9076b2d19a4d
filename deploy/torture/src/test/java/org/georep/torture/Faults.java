package org.georep.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
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

  private final Arena arena;
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

  Faults(Arena arena) {
    this.arena = arena;
    this.unreliable = new Unreliable(arena);
  }

  /** Lets one happen; returns what was hit, in words. */
  synchronized String happen(Fault fault, long millis) throws IOException, InterruptedException {
    return switch (fault) {
      case KILL_REPLICATOR -> end(arena.replicator(), "KILL");
      case END_REPLICATOR -> end(arena.replicator(), "TERM");
      case KILL_CAPTURE -> arena.captureProcess().map(c -> end(c, "KILL")).orElse("none");
      case END_CAPTURE -> arena.captureProcess().map(c -> end(c, "TERM")).orElse("none");
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
        arena.relay().cut();
        yield "all";
      }
      case STALL -> {
        arena.relay().stall(true);
        undo(millis, () -> arena.relay().stall(false));
        yield "all";
      }
      case REFUSE -> {
        arena.relay().refuse(true);
        undo(millis, () -> arena.relay().refuse(false));
        yield "all";
      }
      case READ_ONLY -> readOnly(millis);
      case FULL -> full(millis);
      case QUOTA -> quota(millis);
      case BROKEN_DISK -> breakCalls(Errno.EIO, millis);
      case FORBIDDEN -> breakCalls(Errno.EACCES, millis);
      case CLOCK_BACK -> shiftClock(-CLOCK_SECONDS, millis);
      case CLOCK_AHEAD -> shiftClock(CLOCK_SECONDS, millis);
      case ROLL_BACK -> rollBackPrimary();
      case ROLL_BACK_SECONDARY -> rollBackSecondary();
      case POWER_CUT -> powerCut();
      case SNAPSHOT -> {
        copyFrozen(arena.primaryImage());
        copyFrozen(arena.secondaryImage());
        yield "both";
      }
    };
  }

  private static String end(Daemon daemon, String signal) {
    daemon.end(signal);
    return Long.toString(daemon.pid());
  }

  private String kill(Processes.Role role) {
    List<Processes.Found> found = arena.processes().of(role);
    found.forEach(process -> Processes.signal("KILL", process.pid()));
    return found.toString();
  }

  private String stop(Processes.Role role, long millis) {
    List<Processes.Found> found = arena.processes().of(role);
    found.forEach(process -> Processes.signal("STOP", process.pid()));
    undo(millis, () -> found.forEach(process -> Processes.signal("CONT", process.pid())));
    return found.toString();
  }

  /** What is made goes at once: the writers do not meet it, and the primary is as it was. */
  private String flood(long millis) throws IOException {
    List<Processes.Found> found = arena.processes().of(Processes.Role.REPLICATOR);
    found.forEach(process -> Processes.signal("STOP", process.pid()));
    try {
      for (int i = 0; i < FLOOD; i++) {
        Path file = arena.primary().resolve("flood" + i);
        Files.createFile(file);
        Files.delete(file);
      }
    } finally {
      undo(millis, () -> found.forEach(process -> Processes.signal("CONT", process.pid())));
    }
    return found.toString();
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

  private String readOnly(long millis) throws IOException, InterruptedException {
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
    return mount;
  }

  /** As much as there is, then the rest block by block. */
  private String full(long millis) throws IOException {
    Path mount = arena.secondaryImage().mountPoint();
    Path ballast = mount.resolve("ballast-" + ballasts++);
    arena.replicator().hopeless(true); // a first start finds no room to begin in
    try {
      return fill(mount, ballast);
    } finally {
      undo(
          millis,
          () -> {
            Files.deleteIfExists(ballast);
            arena.replicator().hopeless(false);
          });
    }
  }

  private static String fill(Path mount, Path ballast) throws IOException {
    long bytes = Files.getFileStore(mount).getUnallocatedSpace();
    while (bytes > BLOCK
        && Program.run(List.of("fallocate", "-l", Long.toString(bytes), ballast.toString()))
                .exitCode()
            != 0) {
      bytes -= Math.max(BLOCK, bytes / 16);
    }
    try (OutputStream out = Files.newOutputStream(ballast, StandardOpenOption.APPEND)) {
      byte[] block = new byte[BLOCK];
      for (int i = 0; i < MOST_BLOCKS; i++) {
        out.write(block);
      }
    } catch (IOException e) {
      return mount + ": " + e.getMessage();
    }
    return mount + " nearly";
  }

  private String quota(long millis) throws IOException {
    LoopImage image = arena.secondaryImage();
    String mount = image.mountPoint().toString();
    if (arena.setUp().kind() != LoopImage.Kind.BTRFS) {
      return "not possible on " + image;
    }
    Program.check("btrfs", "quota", "enable", mount);
    FileStore store = Files.getFileStore(image.mountPoint());
    long used = store.getTotalSpace() - store.getUnallocatedSpace();
    Program.check("btrfs", "qgroup", "limit", Long.toString(used + QUOTA_LEFT), mount);
    undo(
        millis,
        () -> {
          // Another one may have ended it already, and begun it again.
          Program.run(List.of("btrfs", "qgroup", "limit", "none", mount));
          Program.run(List.of("btrfs", "quota", "disable", mount));
        });
    return mount;
  }

  private String breakCalls(int errno, long millis) throws IOException {
    // It may not even be able to read its own root.
    arena.replicator().mayFailToStart(millis);
    arena.captureProcess().ifPresent(capture -> capture.mayFailToStart(millis));
    BrokenCalls.Order order = unreliable.breakCalls(errno);
    undo(millis, () -> unreliable.mend(order));
    return order.toString();
  }

  private String shiftClock(int seconds, long millis) throws IOException {
    unreliable.shiftClock(seconds * 1000L);
    undo(millis, () -> unreliable.shiftClock(-seconds * 1000L));
    return seconds + " s";
  }

  private String powerCut() throws IOException, InterruptedException {
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
    return cut[0] ? image.toString() : "not possible on " + image;
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

  private static String restore(LoopImage image) throws IOException {
    if (!Files.exists(older(image))) {
      return "nothing older";
    }
    image.unmount();
    Program.check("cp", "--sparse=always", older(image).toString(), image.image().toString());
    image.mount();
    return image.toString();
  }

  private String rollBackPrimary() throws IOException, InterruptedException {
    arena.stopProgram();
    String what = restore(arena.primaryImage());
    arena.startProgram();
    return what;
  }

  private String rollBackSecondary() throws IOException, InterruptedException {
    String[] what = new String[1];
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
