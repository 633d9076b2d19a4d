package org.georep.replicator.worker;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.name.EntryPath;
import org.georep.posix.Libc;
import org.georep.posix.Mount;
import org.georep.posix.Mounts;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.replicator.session.RunMode;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;

/**
 * A primary, a secondary and a session between them, each on a file system of its own or in the
 * sandbox; and what operations need beside them. {@link #close} ends and unmounts all.
 */
final class Scene implements AutoCloseable {
  private static final Libc LIBC = NativeLibc.instance();

  final Path primary;
  final Path outside;
  final Path secondary;
  final TestSession session;
  private final Deque<Closeable> toClose = new ArrayDeque<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Path state;
  private final CaptureWish wish;

  /** Both in the sandbox. */
  Scene(Sandbox sandbox, CaptureWish wish) {
    this(sandbox.directory("primary-side"), sandbox.directory("secondary-side"), sandbox, wish);
  }

  private Scene(Path primarySide, Path secondarySide, Sandbox sandbox, CaptureWish wish) {
    this.wish = wish;
    this.primary = directory(primarySide.resolve("volume"));
    this.outside = directory(primarySide.resolve("outside"));
    this.secondary = secondarySide.resolve("copy");
    this.state = sandbox.directory("state");
    this.session = TestSession.local(primary, state, secondary, EngineChoice.AUTO).capture(wish);
  }

  /** Of parts made elsewhere; it has no capture process and no outside. */
  Scene(Path primary, Path secondary, TestSession session) {
    this.wish = CaptureWish.NONE;
    this.primary = primary;
    this.outside = primary;
    this.secondary = secondary;
    this.state = primary;
    this.session = session;
  }

  /** Each on a new file system of its kind. */
  static Scene on(
      LoopImage.Kind primary, LoopImage.Kind secondary, Sandbox sandbox, CaptureWish wish) {
    LoopImage.assumeAvailable(primary);
    LoopImage.assumeAvailable(secondary);
    LoopImage one = LoopImage.mounted(primary, sandbox.path());
    LoopImage other = LoopImage.mounted(secondary, sandbox.path());
    Scene scene = new Scene(one.mountPoint(), other.mountPoint(), sandbox, wish);
    scene.toClose.push(one::close);
    scene.toClose.push(other::close);
    return scene;
  }

  private static Path directory(Path path) {
    try {
      return Files.createDirectory(path);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Makes a directory of the primary. */
  Path directory(String name) {
    return directory(primary.resolve(name));
  }

  /** Starts a process that holds files. */
  Holder startHolder() throws IOException {
    Holder holder = new Holder();
    toClose.push(holder::close);
    return holder;
  }

  /** Starts capture as a process of its own. */
  CaptureProgram startCapture() throws IOException {
    CaptureProgram program = new CaptureProgram(state.resolve("journal"), primary, wish);
    toClose.push(program);
    return program;
  }

  /** Begins to replicate, continuously. */
  Replicating start() throws Exception {
    return new Replicating(session.start(RunMode.CONTINUOUS));
  }

  /** A worker at work; {@link #close} stops it. */
  final class Replicating implements AutoCloseable {
    private final TestSession.Running running;
    private final Future<?> run;

    private Replicating(TestSession.Running running) {
      this.running = running;
      this.run = threads.submit(() -> running.worker().run());
    }

    /** Waits until the secondary is said to have all that happened up to now. */
    void awaitInStep() throws Exception {
      Instant moment = Instant.now(Clock.systemUTC());
      try {
        Waits.until(
            "stime passes " + moment,
            () -> {
              if (run.isDone()) {
                run.get();
                throw new AssertionError("the worker ended");
              }
              return session.meter().stime().filter(stime -> stime.isAfter(moment)).isPresent();
            });
      } catch (AssertionError e) {
        throw new AssertionError(
            session.meter().fault() + " quarantine: " + running.quarantine().entries(), e);
      }
    }

    int quarantined() {
      return running.quarantine().size();
    }

    /** What is in quarantine is tried again now. */
    void retryAll() {
      running.quarantine().retryAll();
    }

    long crawls() {
      return session.meter().crawls.get();
    }

    @Override
    public void close() throws IOException {
      try {
        running.worker().stop();
        run.get();
      } catch (ExecutionException e) {
        throw new AssertionError(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      } finally {
        running.close();
      }
    }
  }

  /** Asserts that the trees are the same, beside what is mounted on the primary. */
  void assertInStep() throws Exception {
    List<String> mounts = new ArrayList<>();
    for (Mount mount : mounts()) {
      mounts.add(primary.relativize(Path.of("/" + mount.point())).toString());
    }
    if (session.ignoresDeletes()) {
      InStep.checkKept(
          primary,
          secondary,
          mounts.stream().map(path -> "--exclude=/" + path).toArray(String[]::new));
    } else {
      InStep.checkBeside(mounts, primary, secondary);
    }
  }

  private List<Mount> mounts() throws IOException {
    return Mounts.read(LIBC).below(EntryPath.parse(below(primary)));
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    for (Mount mount : mounts()) {
      Program.run(List.of("umount", "/" + mount.point()));
    }
    while (!toClose.isEmpty()) {
      toClose.pop().close();
    }
  }

  private static byte[] below(Path path) {
    byte[] bytes = RawPath.toBytes(path);
    return java.util.Arrays.copyOfRange(bytes, 1, bytes.length);
  }
}
