package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.georep.posix.NativeLibc;
import org.georep.secondary.AgentMain;
import org.georep.testing.CountingRelay;
import org.georep.testing.JavaProgram;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.TreeChurn;
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

    String said() throws IOException {
      StringBuilder all = new StringBuilder(name + ": " + status() + "\n");
      all.append(Files.readString(sandbox.path().resolve(name + ".err")));
      try (Stream<Path> logs = Files.list(state().resolve("s/log"))) {
        for (Path log : logs.toList()) {
          all.append(Files.readString(log));
        }
      }
      return all.append('\n').toString();
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

    /** How often it began to walk everything, over all its runs. */
    long crawls() {
      return georep(0, "events", "s").lines().filter(line -> line.contains("crawl-begun")).count();
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
    long seed = Long.getLong("georep.test.seed", System.nanoTime());
    TreeChurn steps =
        new TreeChurn(
            NativeLibc.instance(), primary.toString().getBytes(StandardCharsets.UTF_8), seed);
    churn =
        new Thread(
            () -> {
              while (!quiet) {
                try {
                  steps.step();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
                LockSupport.parkNanos(20_000_000);
              }
            });
    churn.start();
  }

  private void rest() throws InterruptedException {
    quiet = true;
    churn.join();
  }

  /** What the two said is what tells why they did not. */
  private void await(String what, Callable<Boolean> condition) throws Exception {
    try {
      Waits.until(what, condition);
    } catch (AssertionError e) {
      throw new AssertionError(one.said() + two.said(), e);
    }
  }

  private void takesOver(Member successor, long since, String what) throws Exception {
    await(successor.name + " is Active", () -> successor.is("Active"));
    System.out.printf(
        "pair: Active %.1f s after the other %s%n", (System.nanoTime() - since) / 1e9, what);
  }

  /** Waits until one of the two works and the other stands by; returns that one. */
  private Member standingBy(boolean ready) throws Exception {
    await(
        "one is Active and the other stands by",
        () -> standsBy(one, ready) || standsBy(two, ready));
    return one.is("Active") ? two : one;
  }

  private boolean standsBy(Member member, boolean ready) throws IOException {
    return other(member).is("Active") && (ready ? member.isReady() : member.is("Passive"));
  }

  private Member other(Member member) {
    return member == one ? two : one;
  }

  @Test
  void oneIsActiveAndTheOtherTakesOver() throws Exception {
    one.georep(0, "session", "create", "s", primary.toString(), secondary.toString());
    one.georep(0, "session", "config", "s", "lease", "3s");
    one.start();
    await("one is Active", () -> one.is("Active"));
    two.georep(0, "session", "create", "s", primary.toString(), secondary.toString(), "--join");
    two.start();
    churn();
    Member successor = standingBy(true);
    assertThat(successor.georep(0, "status", "s")).contains("active on", "term ");
    long crawls = successor.crawls();

    long killed = System.nanoTime();
    other(successor).worker.kill();
    takesOver(successor, killed, "was killed");
    other(successor).start();
    Member passive = standingBy(false);
    assertThat(successor.crawls()).as("crawls of the successor").isEqualTo(crawls);

    Member former = other(passive);
    long stopped = System.nanoTime();
    former.worker.signalAll("STOP"); // its agent cannot end in order
    takesOver(passive, stopped, "stood still with its agent");
    former.worker.signal("CONT");
    standingBy(false);
    isInStepInTheEnd();
    assertThat(standingBy(false).status().path("lease").path("term").asLong())
        .isGreaterThanOrEqualTo(3);
    assertThat(two.georep(0, "events", "s")).contains("standing by; the lease is that of");
  }

  private void isInStepInTheEnd() throws Exception {
    rest();
    Files.writeString(primary.resolve("last"), "as it stays");
    await(
        "the Active is in step",
        () -> Files.exists(secondary.resolve("last")) && (one.isInStep() || two.isInStep()));
    assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
  }

  private void create(Member member, Sshd sshd, CountingRelay link, String... more) {
    List<String> args = new ArrayList<>(List.of("session", "create", "s", primary.toString()));
    args.add("ssh://" + sshd.user() + "@" + sshd.host() + ":" + link.port() + secondary);
    List<String> all = sshd.sshOptions();
    for (int i = 0; i + 1 < all.size(); i++) {
      if (all.get(i).equals("-o")) {
        args.add("--ssh-option=" + all.get(i + 1));
      }
    }
    args.add("--ssh-option=HostKeyAlias=[" + sshd.host() + "]:" + sshd.port());
    args.add("--ssh-key=" + sshd.identityFile());
    args.add("--agent-command=" + String.join(" ", JavaProgram.command(AgentMain.class)));
    args.addAll(List.of(more));
    member.georep(0, args.toArray(new String[0]));
  }

  @Test
  void theOneWhoseLinkStallsLosesTheLease() throws Exception {
    Sshd.assumeAvailable();
    try (Sshd sshd = Sshd.start(sandbox.directory("sshd"));
        CountingRelay first = new CountingRelay(sshd.port());
        CountingRelay second = new CountingRelay(sshd.port())) {
      create(one, sshd, first);
      one.georep(0, "session", "config", "s", "lease", "3s");
      one.georep(0, "session", "config", "s", "timeout", "5s");
      one.start();
      await("one is Active", () -> one.is("Active"));
      create(two, sshd, second, "--join");
      two.georep(0, "session", "config", "s", "timeout", "5s");
      two.start();
      churn();
      Member successor = standingBy(true);
      long crawls = successor.crawls();
      CountingRelay cut = successor == two ? first : second;
      long stalled = System.nanoTime();
      cut.stall(true);
      takesOver(successor, stalled, "lost its link");
      await("the other knows", () -> !other(successor).is("Active"));
      assertThat(successor.crawls()).as("crawls of the successor").isEqualTo(crawls);
      cut.stall(false);
      assertThat(standingBy(false)).isSameAs(other(successor));
      isInStepInTheEnd();
      stop(); // while there is a link
    }
  }
}
