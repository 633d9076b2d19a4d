package org.georep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a peer costs: processor time and the most anonymous memory of all its processes together,
 * those behind sshd among them. They are known by a control group, which a process cannot leave by
 * going into the background.
 */
final class Usage implements AutoCloseable {
  private static final List<Path> ROOTS =
      List.of(Path.of("/sys/fs/cgroup/cpuacct"), Path.of("/sys/fs/cgroup"));
  private static final long EVERY_NANOS = 50_000_000;

  private final Path group;
  private final Path root;
  private final Thread sampler;
  private volatile boolean ended;
  private volatile long most;
  private Instant marked = Instant.MIN;

  private Usage(Path root, Path group) {
    this.root = root;
    this.group = group;
    this.sampler = new Thread(this::sample, "usage");
    sampler.setDaemon(true);
  }

  /** Makes an empty group, with the servers that run already in it. */
  static Usage begin(List<Long> servers) throws IOException {
    Path root =
        ROOTS.stream()
            .filter(path -> Files.isWritable(path.resolve("cgroup.procs")))
            .findFirst()
            .orElseThrow(() -> new IOException("no control groups: run as root"));
    Path group = Files.createDirectory(root.resolve("georep-bench-" + System.nanoTime()));
    Usage usage = new Usage(root, group);
    for (long server : servers) {
      usage.add(server);
    }
    usage.sampler.start();
    return usage;
  }

  private void add(long pid) throws IOException {
    Files.writeString(group.resolve("cgroup.procs"), Long.toString(pid));
  }

  /** Returns a command that does the same within the group. */
  List<String> within(List<String> command) {
    List<String> words =
        new ArrayList<>(
            List.of("sh", "-c", "echo $$ >\"$0\" && exec \"$@\"", group + "/cgroup.procs"));
    words.addAll(command);
    return words;
  }

  /** The preparations are over: what is measured begins. */
  void mark() {
    marked = Instant.now();
  }

  /** Returns when it began; the beginning of time if all is measured. */
  Instant marked() {
    return marked;
  }

  /** Returns the processes that are in it now. */
  List<Long> members() throws IOException {
    return Files.readAllLines(group.resolve("cgroup.procs")).stream().map(Long::valueOf).toList();
  }

  /** Returns the processor time so far, in seconds. */
  double cpuSeconds() throws IOException {
    Path old = group.resolve("cpuacct.usage");
    if (Files.exists(old)) {
      return Long.parseLong(Files.readString(old).strip()) / 1e9;
    }
    for (String line : Files.readAllLines(group.resolve("cpu.stat"))) {
      if (line.startsWith("usage_usec ")) {
        return Long.parseLong(line.substring("usage_usec ".length())) / 1e6;
      }
    }
    throw new IOException(group + " has no processor time");
  }

  /** Returns the most anonymous memory seen so far, in bytes. */
  long mostMemory() {
    return most;
  }

  private void sample() {
    while (!ended) {
      most = Math.max(most, now());
      LockSupport.parkNanos(EVERY_NANOS);
    }
  }

  private long now() {
    long sum = 0;
    try {
      for (String pid : Files.readAllLines(group.resolve("cgroup.procs"))) {
        sum += anonymous(pid);
      }
    } catch (IOException e) {
      return sum; // it ends
    }
    return sum;
  }

  private static long anonymous(String pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc", pid, "status"))) {
        if (line.startsWith("RssAnon:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    } catch (IOException e) {
      return 0; // it has ended
    }
    return 0;
  }

  /** Ends what is still in the group, but for the servers, and removes it. */
  void close(List<Long> servers) throws IOException {
    ended = true;
    for (long server : servers) {
      Files.writeString(root.resolve("cgroup.procs"), Long.toString(server));
    }
    for (int round = 0; round < 200; round++) {
      List<String> left = Files.readAllLines(group.resolve("cgroup.procs"));
      if (left.isEmpty()) {
        break;
      }
      boolean force = round > 100;
      left.stream()
          .map(pid -> ProcessHandle.of(Long.parseLong(pid)))
          .forEach(found -> found.ifPresent(each -> end(each, force)));
      LockSupport.parkNanos(EVERY_NANOS);
    }
    Files.delete(group);
  }

  private static void end(ProcessHandle process, boolean force) {
    if (force) {
      process.destroyForcibly();
    } else {
      process.destroy();
    }
  }

  @Override
  public void close() throws IOException {
    close(List.of());
  }
}
