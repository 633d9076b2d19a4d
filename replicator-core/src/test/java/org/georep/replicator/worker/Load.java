package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;
import org.georep.testing.TreeManifest;
import org.georep.testing.TreeManifest.Aspect;
import org.jspecify.annotations.Nullable;

/**
 * A writer that changes a tree without rest and remembers what it touched when, so that anybody's
 * claim to have all up to some moment can be checked: what was not touched since has to be the
 * same. {@link #pause} holds it still.
 */
final class Load implements AutoCloseable {
  private static final int DIRECTORIES = 16;
  private static final int NAMES = 120;
  private static final long REST_NANOS = 5_000_000;
  private static final Pattern LINKS = Pattern.compile(": links is \\[([^]]*)]");

  /** A change that was over at a moment; of a subtree, or of a path and its directory. */
  private record Touch(Instant over, String path, boolean below) {}

  private final Path root;
  private final Random random;
  private final List<Touch> touches = Collections.synchronizedList(new ArrayList<>());
  private final ReentrantLock still = new ReentrantLock(true);
  private final Thread thread = new Thread(this::work, "load");
  private volatile boolean ended;
  private volatile @Nullable Throwable failure;

  private Load(Path root, long seed) {
    this.root = root;
    this.random = new Random(seed);
  }

  /** Starts to change a tree. */
  static Load on(Path root, long seed) {
    Load load = new Load(root, seed);
    load.thread.setDaemon(true);
    load.thread.start();
    return load;
  }

  private void work() {
    try {
      while (!ended) {
        still.lock();
        try {
          change();
        } finally {
          still.unlock();
        }
        LockSupport.parkNanos(REST_NANOS);
      }
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
  }

  /** It does nothing until the result is closed. */
  Pause pause() {
    still.lock();
    return still::unlock;
  }

  /** While it is open nothing changes. */
  interface Pause extends AutoCloseable {
    @Override
    void close();
  }

  private Path directory() {
    return root.resolve("d" + random.nextInt(DIRECTORIES));
  }

  private Path file() {
    return directory().resolve("n" + random.nextInt(NAMES));
  }

  private void change() throws IOException {
    switch (random.nextInt(14)) {
      case 0, 1, 2, 3 -> write(file());
      case 4, 5 -> over(file());
      case 6 -> append(file());
      case 7, 8 -> rename(file(), file());
      case 9, 10 -> delete(file());
      case 11 -> attributes(file());
      case 12 -> links();
      default -> {
        if (random.nextInt(30) == 0) {
          directories();
        }
      }
    }
  }

  private byte[] content() {
    byte[] content = new byte[1 + random.nextInt(40_000)];
    random.nextBytes(content);
    return content;
  }

  private void write(Path file) throws IOException {
    make(file.getParent());
    Files.write(file, content());
    touched(file, false);
  }

  private Path make(Path directory) throws IOException {
    if (!exists(directory)) {
      Files.createDirectory(directory);
      touched(directory, false);
    }
    return directory;
  }

  /** Writes a file beside its own, from any thread. */
  void writeAlso(String directory, String name) throws IOException {
    still.lock();
    try {
      Path file = make(root.resolve(directory)).resolve(name);
      Files.write(file, name.getBytes(StandardCharsets.UTF_8));
      touched(file, false);
    } finally {
      still.unlock();
    }
  }

  /** Makes many records and little else: one file has many names, one after the other. */
  void renameAlso(String directory, int times) throws IOException {
    still.lock();
    try {
      Path at = make(root.resolve(directory));
      Path first = at.resolve("0");
      Files.writeString(first, "0");
      for (int i = 1; i <= times; i++) {
        Files.move(at.resolve(Integer.toString(i - 1)), at.resolve(Integer.toString(i)));
      }
      Files.move(at.resolve(Integer.toString(times)), first);
      touched(at, true);
    } finally {
      still.unlock();
    }
  }

  /** As an editor does. */
  private void over(Path file) throws IOException {
    make(file.getParent());
    Path other = file.resolveSibling("editing");
    Files.write(other, content());
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    touched(other, false);
    touched(file, false);
  }

  private void append(Path file) throws IOException {
    if (exists(file)) {
      Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
      touched(file, false);
    }
  }

  private void rename(Path from, Path to) throws IOException {
    if (exists(from) && exists(to.getParent())) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      touched(from, false);
      touched(to, false);
    }
  }

  private void delete(Path file) throws IOException {
    if (Files.deleteIfExists(file)) {
      touched(file, false);
    }
  }

  private void attributes(Path file) throws IOException {
    if (exists(file)) {
      Files.setPosixFilePermissions(
          file, PosixFilePermissions.fromString(random.nextBoolean() ? "rw-r-----" : "rwxr-xr-x"));
      touched(file, false);
    }
  }

  private void links() throws IOException {
    Path links = make(root.resolve("links"));
    Path one = links.resolve("l" + random.nextInt(4));
    Path other = links.resolve("l" + random.nextInt(4));
    switch (random.nextInt(3)) {
      case 0 -> Files.write(one, content());
      case 1 -> {
        if (exists(one) && !one.equals(other)) {
          Files.deleteIfExists(other);
          Files.createLink(other, one);
        }
      }
      default -> Files.deleteIfExists(one);
    }
    touched(links, true);
  }

  /** Directories change places, or one goes with all it has. */
  private void directories() throws IOException {
    Path one = directory();
    Path other = directory();
    if (!exists(one) || one.equals(other)) {
      return;
    }
    if (random.nextInt(3) == 0) {
      try (Stream<Path> all = Files.walk(one)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    } else {
      Path between = root.resolve("between");
      Files.move(one, between);
      if (exists(other)) {
        Files.move(other, one);
      }
      Files.move(between, other);
      touched(between, true);
      touched(other, true);
    }
    touched(one, true);
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  private void touched(Path path, boolean below) {
    touches.add(new Touch(Instant.now(), root.relativize(path).toString(), below));
  }

  private boolean isTouchedSince(String path, Instant moment) {
    for (Touch touch : touches) {
      if (!touch.over.isBefore(moment)
          && (path.equals(touch.path)
              || path.equals(above(touch.path))
              || (touch.below && path.startsWith(touch.path + "/")))) {
        return true;
      }
    }
    return false;
  }

  private static String above(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "." : path.substring(0, slash);
  }

  /**
   * Asserts that a secondary has everything up to a moment, while paused. Where holes are does not
   * count.
   *
   * @return how many entries had to be there
   */
  int checkClaim(Instant stime, Path secondary, Aspect... without) throws PosixException {
    List<Aspect> left = new ArrayList<>(List.of(without));
    left.add(Aspect.HOLES);
    TreeManifest here = manifest(root, left);
    TreeManifest there = manifest(secondary, left);
    List<String> untrue =
        here.differences(there).stream()
            .filter(line -> !isTouchedSince(path(line), stime))
            .filter(line -> !isLinkedToOneTouchedSince(line, stime))
            .toList();
    assertThat(untrue).as("%s claims all up to %s", secondary, stime).isEmpty();
    return (int)
        here.lines().stream()
            .filter(line -> !isTouchedSince(line.substring(0, line.indexOf(' ')), stime))
            .count();
  }

  /** What a file was called before may be its name on the secondary as well. */
  private boolean isLinkedToOneTouchedSince(String difference, Instant stime) {
    Matcher links = LINKS.matcher(difference);
    return links.find()
        && Stream.of(links.group(1).split(", ")).anyMatch(path -> isTouchedSince(path, stime));
  }

  private static TreeManifest manifest(Path root, List<Aspect> without) throws PosixException {
    return TreeManifest.of(
        NativeLibc.instance(), RawPath.toBytes(root), without.toArray(Aspect[]::new));
  }

  private static String path(String difference) {
    if (difference.startsWith("missing: ") || difference.startsWith("extra: ")) {
      return difference.split(" ", 3)[1];
    }
    return difference.substring(0, difference.indexOf(": "));
  }

  /** Reads the stime a secondary has, if it has one. */
  static Optional<Instant> stime(Path secondary) throws IOException {
    Path file = secondary.resolve(".georep/stime");
    String text =
        Files.exists(file) ? Files.readString(file, StandardCharsets.US_ASCII).strip() : "";
    return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
  }

  @Override
  public void close() {
    end();
  }

  /** Ends it; what made it stop before is thrown. */
  void end() {
    ended = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    Throwable why = failure;
    if (why != null) {
      throw new IllegalStateException("the load failed", why);
    }
  }
}
