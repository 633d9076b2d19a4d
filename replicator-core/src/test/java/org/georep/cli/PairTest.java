package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.georep.posix.NativeLibc;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two workers with a state directory each, as on two hosts that see one primary, and their agents,
 * all of them processes.
 */
final class PairTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final ObjectMapper json = new ObjectMapper();
  private final Member one = new Member("one");
  private final Member two = new Member("two");
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");
  private volatile boolean quiet;
  private Thread churn = new Thread(() -> {});

  /** One host's worker. */
  private final class Member {
    final String name;
    WorkerProgram worker;

    Member(String name) {
      this.name = name;
    }

    Path state() {
      return sandbox.path().resolve(name);
    }

    String georep(int expected, String... args) {
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      String[] all = Arrays.copyOf(args, args.length + 2);
      all[args.length] = "--state-dir";
      all[args.length + 1] = state().toString();
      int code =
          Georep.run(
              all, new PrintWriter(out, true), new PrintWriter(err, true), Ending.onRequest());
      assertThat(code).as("%s: %s", Arrays.toString(args), err).isEqualTo(expected);
      return out + err.toString();
    }

    void start() throws IOException {
      worker = new WorkerProgram(state(), "s", sandbox.path().resolve(name + ".err"));
    }

    JsonNode status() throws IOException {
      return json.readTree(georep(0, "status", "s", "--json")).path(0);
    }

    boolean is(String state) throws IOException {
      return status().path("worker status").asText().equals(state);
    }

    /** Whether it stands by and would take over without a crawl. */
    boolean isReady() throws IOException {
      JsonNode status = status();
      return status.path("worker status").asText().equals("Passive")
          && status.path("reason").isNull()
          && status.path("last_synced").isNumber();
    }

    boolean isInStep() throws IOException {
      JsonNode status = status();
      return status.path("worker status").asText().equals("Active")
          && status.path("lag_seconds").isNumber()
          && status.path("lag_seconds").asDouble() == 0;
    }
  }

  @BeforeEach
  void make() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "capture of a whole file system needs root");
    RsyncOracle.assumeAvailable();
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    Files.createDirectories(primary.resolve("a/b"));
    Files.writeString(primary.resolve("a/b/deep"), "deep contents");
    one.georep(0, "session", "create", "s", primary.toString(), secondary.toString());
  }

  @AfterEach
  void stop() throws Exception {
    rest();
    for (Member member : new Member[] {one, two}) {
      if (member.worker != null) {
        member.worker.close();
      }
    }
  }

  private void churn() {
    quiet = false;
    churn =
        new Thread(
            () -> {
              for (int i = 0; !quiet; i++) {
                try {
                  Path name = primary.resolve("a/churn" + i % 40);
                  Files.writeString(name, "round " + i);
                  Files.move(
                      name,
                      primary.resolve("a/b/moved" + i % 23).resolveSibling("m" + i % 7),
                      java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
                LockSupport.parkNanos(5_000_000);
              }
            });
    churn.start();
  }

  private void rest() throws InterruptedException {
    quiet = true;
    churn.join();
  }

  private void assertSameAsSoonAsInStep(Member active) throws Exception {
    rest();
    Files.writeString(primary.resolve("last"), "of " + active.name);
    Waits.until(
        active.name + " is in step",
        () -> Files.exists(secondary.resolve("last")) && active.isInStep());
    assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
    assertThat(active.status().path("crawls").asLong(-1)).as("crawls").isZero();
    Files.delete(primary.resolve("last"));
  }

  private double takesOver(Member successor, long since) throws Exception {
    Waits.until(successor.name + " is Active", () -> successor.is("Active"));
    return (System.nanoTime() - since) / 1e9;
  }

  @Test
  void oneIsActiveAndTheOtherTakesOver() throws Exception {
    one.georep(0, "session", "config", "s", "lease", "3s");
    one.start();
    Waits.until("one is Active", () -> one.is("Active"));
    two.georep(0, "session", "create", "s", primary.toString(), secondary.toString(), "--join");
    two.start();
    churn();
    Waits.until("two stands by", two::isReady);
    assertThat(one.is("Active")).isTrue();
    assertThat(two.status().path("lease").path("term").asLong()).isEqualTo(1);

    long killed = System.nanoTime();
    one.worker.kill();
    double took = takesOver(two, killed);
    System.out.printf("pair: Active %.1f s after the other was killed%n", took);
    one.start();
    assertSameAsSoonAsInStep(two);
    churn();
    Waits.until("one stands by", one::isReady);

    long stopped = System.nanoTime();
    two.worker.signal("STOP");
    took = takesOver(one, stopped);
    System.out.printf("pair: Active %.1f s after the other stood still%n", took);
    two.worker.signal("CONT");
    Waits.until("two is Passive", () -> two.is("Passive"));
    assertSameAsSoonAsInStep(one);
    assertThat(two.is("Passive")).isTrue();
    assertThat(one.georep(0, "events", "s")).contains("passive", "active");
    assertThat(one.georep(0, "status", "s")).contains("active on", "term 3");
  }
}
