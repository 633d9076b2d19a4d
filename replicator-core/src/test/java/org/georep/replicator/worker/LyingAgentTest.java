package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.EngineChoice;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.session.GeorepException;
import org.georep.replicator.session.RunMode;
import org.georep.replicator.verify.Difference;
import org.georep.replicator.verify.Verifier;
import org.georep.replicator.verify.VerifyFigures;
import org.georep.replicator.verify.VerifyListener;
import org.georep.replicator.verify.VerifyOptions;
import org.georep.replicator.verify.VerifyStateFile;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.TreeManifest;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the whole worker, with a verify beside it, makes of an agent whose replies are well-formed
 * lies: it ends with a sentence or tries again, does not grow, leaves the primary alone and claims
 * no moment that is still to come.
 */
final class LyingAgentTest {
  private static final long SEED = Long.getLong("georep.test.seed", System.nanoTime());
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(5);

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private static final class Heard implements VerifyListener {
    @Override
    public void progress(VerifyFigures figures) {}

    @Override
    public void difference(Difference difference) {}
  }

  @ParameterizedTest
  @CsvSource({"100,Hashed", "40,any"})
  void isNotBelievedEverything(int percent, String about) throws Exception {
    Path primary = sandbox.directory("primary");
    for (int i = 0; i < 20; i++) {
      Path directory = Files.createDirectory(primary.resolve("d" + i));
      for (int j = 0; j < 10; j++) {
        Files.write(directory.resolve("f" + j), new byte[1 + i * j * 500]);
      }
      Files.createSymbolicLink(directory.resolve("l"), Path.of("f1"));
    }
    TreeManifest before = manifest(primary);
    long heap = used();
    try (Sshd sshd = Sshd.start(sandbox.directory("sshd"))) {
      for (int round = 0; round < 2; round++) {
        boolean repair = round % 2 == 0;
        TestSession session = session(primary, sshd, round, percent + " " + about);
        Future<?> verify;
        try (TestSession.Running running = session.start(RunMode.CONTINUOUS)) {
          Future<?> run = threads.submit(() -> running.worker().run());
          verify = threads.submit(() -> verify(running, repair));
          ends(verify, LONG_ENOUGH);
          running.worker().stop();
          assertThat(ends(run, Waits.limit())).as("the worker ended").isTrue();
        }
        assertThat(ends(verify, Waits.limit())).as("the verify ended").isTrue();
        session
            .meter()
            .stime()
            .ifPresent(stime -> assertThat(stime).isBeforeOrEqualTo(Clock.systemUTC().instant()));
      }
    }
    assertThat(before.differences(manifest(primary))).isEmpty();
    assertThat(used() - heap).as("of memory stays").isLessThan(64L << 20);
  }

  private TestSession session(Path primary, Sshd sshd, int round, String lies) {
    String agent =
        Path.of(System.getProperty("java.home"), "bin", "java")
            + " -cp '"
            + System.getProperty("java.class.path")
            + "' "
            + LyingAgent.class.getName()
            + " "
            + (SEED + round)
            + " "
            + lies;
    LinkOptions options =
        new LinkOptions(
            List.of(
                "UserKnownHostsFile=" + sshd.knownHostsFile(),
                "GlobalKnownHostsFile=/dev/null",
                "IdentityAgent=none"),
            Optional.of(sshd.identityFile()),
            Optional.of(agent),
            Duration.ofSeconds(60));
    SecondaryAddress address =
        new SecondaryAddress.Ssh(
            Optional.of(sshd.user()),
            sshd.host(),
            OptionalInt.of(sshd.port()),
            RawPath.toBytes(sandbox.path().resolve("secondary" + round)));
    Path state = sandbox.directory("state" + round);
    return new TestSession(primary, state, address, options, EngineChoice.STREAM);
  }

  private Object verify(TestSession.Running running, boolean repair) throws Exception {
    Verifier verifier =
        new Verifier(
            NativeLibc.instance(),
            running.tree(),
            () -> Filter.NONE,
            running.desk(),
            new VerifyStateFile(NativeLibc.instance(), sandbox.path().resolve("verify")),
            0,
            Clock.systemUTC());
    List<Object> outcomes = new ArrayList<>();
    while (outcomes.size() < 1000) {
      outcomes.add(verifier.verify(VerifyOptions.whole(true, repair), new Heard()));
    }
    return outcomes;
  }

  /** Whether it ended within the time; in order, or in an error that was meant for people. */
  private static boolean ends(Future<?> work, Duration within) throws Exception {
    try {
      work.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      assertThat(e.getCause())
          .as("seed " + SEED)
          .isInstanceOfAny(GeorepException.class, IOException.class)
          .hasMessageNotContaining("null");
    }
    return true;
  }

  private static TreeManifest manifest(Path top) throws Exception {
    return TreeManifest.of(NativeLibc.instance(), RawPath.toBytes(top));
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
