package org.georep.engine.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.testing.FaultyLibc.method;
import static org.georep.testing.FaultyLibc.path;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.georep.engine.EngineChoice;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.protocol.Request;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the pool promises whatever happens around it. */
class PoolLifeTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private Pair pair() throws Exception {
    return pair(EngineChoice.AUTO);
  }

  private Pair pair(EngineChoice engine) throws Exception {
    return new Pair(sandbox.directory("primary"), sandbox.directory("secondary"), engine);
  }

  private static FileJob with(FileJob job, long batch, boolean sameToken) {
    return new FileJob(batch, job.gfid(), job.size(), job.have(), sameToken);
  }

  @Test
  void equalContentsAreNotSent() throws Exception {
    try (Pair pair = pair()) {
      byte[] content = DataPoolTest.bytes(300_000);
      Files.write(pair.secondary.resolve("equal"), content);
      Files.write(pair.secondary.resolve("different"), DataPoolTest.bytes(300_000));
      FileJob equal = with(pair.file("equal", content), 7, true);
      content[150_000]++;
      FileJob different = with(pair.file("different", content), 7, true);
      pair.pool.submit(List.of(equal, different));
      assertThat(pair.heard.of(equal)).isEqualTo(new Outcome.Equal());
      assertThat(pair.heard.of(different)).isEqualTo(new Outcome.Published(300_000));
      assertThat(pair.copy("different")).isEqualTo(content);
      assertThat(pair.heard.events())
          .containsExactly("touched 7", "ended 7", "touched 7", "ended 7");
      assertThat(pair.pool.counts().equal()).isEqualTo(1);
    }
  }

  @Test
  void fileChangedWhileComparedIsNotCalledEqual() throws Exception {
    try (Pair pair = pair()) {
      byte[] content = DataPoolTest.bytes(3000);
      Files.write(pair.secondary.resolve("file"), content);
      FileJob job = with(pair.file("file", content), 1, true);
      pair.faulty.after(
          method("pread").and(path("file")),
          call -> Files.write(pair.primary.resolve("file"), DataPoolTest.bytes(4000)));
      assertThat(pair.carry(job)).isInstanceOf(Outcome.Changed.class);
    }
  }

  @Test
  void newerJobOfAFileUnderWayIsCarriedAfterIt() throws Exception {
    try (Pair pair = pair()) {
      FileJob first = pair.file("file", DataPoolTest.bytes(3000));
      FileJob second = with(first, 2, false);
      FileJob third = with(first, 3, false);
      CountDownLatch reading = new CountDownLatch(1);
      CountDownLatch submitted = new CountDownLatch(1);
      pair.faulty
          .before(
              method("pread").and(path("file")),
              call -> {
                reading.countDown();
                submitted.await();
              })
          .nth(1);
      pair.pool.submit(List.of(first));
      reading.await();
      pair.pool.submit(List.of(second, third));
      assertThat(pair.pool.counts().waiting()).isEqualTo(1);
      submitted.countDown();
      for (FileJob job : List.of(first, second, third)) {
        assertThat(pair.heard.of(job)).isEqualTo(new Outcome.Published(3000));
      }
      // The two that waited were carried at once, and each batch heard of the directories.
      assertThat(pair.heard.events())
          .containsExactly("touched 1", "ended 1", "touched 2", "touched 3", "ended 2", "ended 3");
      assertThat(pair.pool.counts().engines().get("stream").runs()).isEqualTo(2);
    }
  }

  @Test
  void lostLinkEndsEverythingAsRetry() throws Exception {
    try (Pair pair = pair()) {
      FileJob first = pair.file("first", DataPoolTest.bytes(3000));
      FileJob second = pair.file("second", DataPoolTest.bytes(3000));
      pair.agent.lostAt = request -> request instanceof Request.Publish;
      pair.pool.submit(List.of(first));
      assertThat(pair.heard.of(first))
          .isInstanceOfSatisfying(
              Outcome.Retry.class, retry -> assertThat(retry.reason()).contains("link was lost"));
      Waits.until("the pool is idle", pair.pool::idle);
      pair.pool.submit(List.of(second));
      assertThat(pair.heard.of(second)).isInstanceOf(Outcome.Retry.class);
      assertThat(pair.heard.size()).isEqualTo(2);
    }
  }

  @Test
  void closingEndsWhatIsUnderWayAndWhatWaits() throws Exception {
    Pair pair = pair();
    List<FileJob> jobs = new ArrayList<>();
    CountDownLatch reading = new CountDownLatch(1);
    for (int i = 0; i < 20; i++) {
      jobs.add(pair.file("file" + i, DataPoolTest.bytes(3 << 20)));
    }
    pair.faulty.before(method("pread"), call -> reading.countDown());
    pair.pool.submit(jobs);
    reading.await();
    pair.pool.close();
    assertThat(pair.heard.size()).isEqualTo(jobs.size());
    Waits.until(
        "no channel is left",
        () -> pair.link.opened.stream().noneMatch(child -> child.process.isAlive()));
    FileJob late = pair.file("late", new byte[1]);
    pair.pool.submit(List.of(late));
    assertThat(pair.heard.of(late)).isInstanceOf(Outcome.Retry.class);
  }

  @Test
  void closingEndsAWriteTheFarEndDoesNotTake() throws Exception {
    try (Pair pair = pair(EngineChoice.TARSSH)) {
      FileJob job = pair.file("file", DataPoolTest.bytes(8 << 20));
      pair.faulty
          .before(
              method("pread").and(path("file")),
              call -> pair.link.opened.forEach(child -> signal("-STOP", child.process)))
          .nth(1);
      pair.pool.submit(List.of(job));
      Waits.until("the write is blocked", () -> writing() && pair.pool.counts().bytesWire() > 0);
      Thread closing = new Thread(pair.pool::close);
      closing.start();
      closing.join(Waits.limit().toMillis());
      boolean closed = !closing.isAlive();
      pair.link.close();
      closing.join();
      assertThat(closed).isTrue();
      assertThat(pair.heard.of(job)).isInstanceOf(Outcome.Retry.class);
    }
  }

  private static void signal(String signal, Process process) {
    process
        .descendants()
        .forEach(child -> Program.run(List.of("kill", signal, Long.toString(child.pid()))));
    Program.run(List.of("kill", signal, Long.toString(process.pid())));
  }

  private static boolean writing() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey().getName().startsWith("data-worker"))
        .anyMatch(
            entry ->
                entry.getValue().length > 0
                    && entry.getValue()[0].getMethodName().equals("writeBytes"));
  }

  @Test
  void fewerChannelsThanWorkersWillDo() throws Exception {
    try (Pair pair = pair(EngineChoice.TARSSH)) {
      pair.link.most = 1;
      List<FileJob> jobs = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        FileJob job = pair.file("file" + i, DataPoolTest.bytes(3 << 20));
        jobs.add(job);
        pair.pool.submit(List.of(job));
      }
      int published = 0;
      for (FileJob job : jobs) {
        Outcome outcome = pair.heard.of(job);
        published += outcome instanceof Outcome.Published ? 1 : 0;
        assertThat(outcome).isInstanceOfAny(Outcome.Published.class, Outcome.Retry.class);
      }
      assertThat(published).isPositive();
      assertThat(pair.heard.size()).isEqualTo(jobs.size());
    }
  }

  @Test
  void unwantedOnTheSecondaryIsGone() throws Exception {
    try (Pair pair = pair()) {
      FileJob job = pair.file("file", DataPoolTest.bytes(3000));
      pair.agent.unwanted = gfid -> true;
      assertThat(pair.carry(job)).isInstanceOf(Outcome.Gone.class);
    }
  }

  @Test
  void thousandsOfSmallFilesTakeFewRuns() throws Exception {
    try (Pair pair = pair()) {
      List<FileJob> jobs = new ArrayList<>();
      for (int i = 0; i < 2500; i++) {
        jobs.add(pair.file("d" + i % 50 + "/f" + i, DataPoolTest.bytes(2000)));
      }
      pair.pool.submit(jobs);
      for (FileJob job : jobs) {
        assertThat(pair.heard.of(job)).isEqualTo(new Outcome.Published(2000));
      }
      assertThat(pair.pool.counts().engines().get("stream").runs()).isLessThan(20);
      assertThat(pair.pool.counts().underWay()).isZero();
    }
  }
}
