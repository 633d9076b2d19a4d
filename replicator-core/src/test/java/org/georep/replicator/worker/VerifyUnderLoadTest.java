package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.verify.Difference;
import org.georep.replicator.verify.Verifier;
import org.georep.replicator.verify.VerifyFigures;
import org.georep.replicator.verify.VerifyListener;
import org.georep.replicator.verify.VerifyOptions;
import org.georep.replicator.verify.VerifyOutcome;
import org.georep.replicator.verify.VerifyStateFile;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.georep.testing.TreeChurn;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is merely on its way is no difference. */
final class VerifyUnderLoadTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  /** Gathers what it is told; counts what was looked at again. */
  private static final class Heard implements VerifyListener {
    private final List<Difference> differences = new ArrayList<>();
    private long waited;

    @Override
    public void progress(VerifyFigures figures) {
      waited = Math.max(waited, figures.waiting());
    }

    @Override
    public void difference(Difference difference) {
      differences.add(difference);
    }
  }

  private static Verifier verifier(TestSession.Running running, Path state) throws Exception {
    return verifier(NativeLibc.instance(), running, state);
  }

  private static Verifier verifier(Libc libc, TestSession.Running running, Path state)
      throws Exception {
    return new Verifier(
        libc,
        running.tree(),
        () -> Filter.NONE,
        running.desk(),
        new VerifyStateFile(NativeLibc.instance(), state.resolve("verify")),
        0,
        Clock.systemUTC());
  }

  @Test
  void nothingIsFoundWhileTheTreeChanges() throws Exception {
    assumeThat(NativeLibc.instance().geteuid()).as("fanotify needs root").isZero();
    Path primary = sandbox.directory("primary");
    Path secondary = sandbox.path().resolve("secondary");
    Path state = sandbox.directory("state");
    TestSession session =
        TestSession.local(primary, state, secondary, EngineChoice.AUTO)
            .capture(CaptureWish.FANOTIFY);
    long seed = Long.getLong("georep.test.seed", System.nanoTime());
    TreeChurn churn =
        new TreeChurn(
            NativeLibc.instance(), primary.toString().getBytes(StandardCharsets.UTF_8), seed);
    churn.run(1000);
    AtomicBoolean enough = new AtomicBoolean();
    long candidates = 0;
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      Waits.until("stime is known", () -> session.meter().stime().isPresent());
      Future<?> load =
          threads.submit(
              () -> {
                Signal never = new Signal();
                while (!enough.get()) {
                  churn.step();
                  never.await(Duration.ofMillis(5)); // no more than is replicated meanwhile
                }
                return null;
              });
      Verifier verifier = verifier(running, state);
      for (int round = 0; round < 4; round++) {
        Heard heard = new Heard();
        VerifyOutcome outcome = verifier.verify(VerifyOptions.whole(round % 2 == 0, false), heard);
        assertThat(heard.differences).as("%s", churn).isEmpty();
        assertThat(outcome.figures().directories()).isPositive();
        candidates += heard.waited;
      }
      enough.set(true);
      load.get();
      running.worker().stop();
      run.get();
    }
    assertThat(candidates).as("what a single look would have told").isPositive();
  }

  @Test
  void sharesCoverTheTreeAndGoOnWhereTheLastOneEnded() throws Exception {
    Path primary = sandbox.directory("primary");
    Path secondary = sandbox.path().resolve("secondary");
    Path state = sandbox.directory("state");
    for (int i = 0; i < 30; i++) {
      Path below = Files.createDirectories(primary.resolve("d" + i + "/below"));
      Files.writeString(below.resolve("file"), "contents");
    }
    TestSession session =
        TestSession.local(primary, state, secondary, EngineChoice.AUTO)
            .capture(CaptureWish.INOTIFY);
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      Waits.until("stime is known", () -> session.meter().stime().isPresent());
      Files.delete(secondary.resolve("d3/below/file"));
      Files.delete(secondary.resolve("d28/below/file"));
      List<String> found = new ArrayList<>();
      long directories = 0;
      int shares = 0;
      do {
        // A verifier of its own each: what is kept is in the file.
        Verifier verifier = verifier(running, state);
        Heard heard = new Heard();
        VerifyOutcome outcome =
            verifier.verify(VerifyOptions.share(verifier.state().from(), 20), heard);
        heard.differences.forEach(difference -> found.add(difference.path().toString()));
        directories += outcome.figures().directories();
        shares++;
        assertThat(shares).isLessThan(50);
      } while (!verifier(running, state).state().from().isRoot());
      assertThat(shares).isGreaterThan(3);
      assertThat(directories).isEqualTo(61);
      assertThat(found)
          .containsExactlyInAnyOrder("d3/below", "d3/below/file", "d28/below", "d28/below/file");
      assertThat(verifier(running, state).state().lastFound()).isEqualTo(4);
      assertThat(verifier(running, state).state().lastSuccess()).isEmpty();
      running.worker().stop();
      run.get();
    }
  }

  /** Nobody knows whether it differs: it must not pass for equal. */
  @Test
  void whatCannotBeReadOnThePrimaryIsTold() throws Exception {
    Path primary = sandbox.directory("primary");
    Path state = sandbox.directory("state");
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Files.writeString(Files.createDirectory(primary.resolve("d")).resolve("below"), "x");
    Files.createSymbolicLink(primary.resolve("name"), Path.of("x"));
    Files.writeString(primary.resolve("contents"), "x");
    TestSession session =
        TestSession.local(primary, state, sandbox.path().resolve("secondary"), EngineChoice.AUTO)
            .primaryBy(faulty.libc())
            .capture(CaptureWish.INOTIFY);
    try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
      Future<?> run = threads.submit(() -> running.worker().run());
      Waits.until("stime is known", () -> session.meter().stime().isPresent());
      Verifier verifier = verifier(faulty.libc(), running, state);
      Thread self = Thread.currentThread();
      Predicate<FaultyLibc.Call> here = call -> Thread.currentThread().equals(self);
      faulty.fail(here.and(FaultyLibc.method("list")), Errno.EIO).nth(2); // after the root's
      faulty.fail(here.and(FaultyLibc.path("name")), Errno.EACCES);
      faulty.fail(here.and(FaultyLibc.method("pread")), Errno.EIO);
      Heard heard = new Heard();
      verifier.verify(VerifyOptions.whole(true, false), heard);
      assertThat(heard.differences)
          .extracting(Difference::toString)
          .anyMatch(line -> line.startsWith("d: unreadable on the primary (input"))
          .anyMatch(line -> line.startsWith("name: unreadable on the primary (permission"))
          .anyMatch(line -> line.startsWith("contents: unreadable on the primary (input"))
          .hasSize(3);
      assertThat(verifier.state().lastSuccess()).isEmpty();
      assertThat(verifier.state().differences()).isEqualTo(3);
      faulty.clear();
      verifier.verify(VerifyOptions.whole(true, false), heard);
      assertThat(heard.differences).hasSize(3);
      assertThat(verifier.state().lastSuccess()).isPresent();
      faulty
          .before(
              here.and(FaultyLibc.method("pread")),
              call -> Files.writeString(primary.resolve("contents"), "y"))
          .nth(1);
      VerifyOutcome meanwhile = verifier.verify(VerifyOptions.whole(true, false), heard);
      assertThat(heard.differences).hasSize(3);
      assertThat(meanwhile.figures().unsettled()).as("it changed while it was read").isEqualTo(1);
      running.worker().stop();
      run.get();
    }
  }
}
