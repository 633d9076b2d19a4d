package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.georep.changelog.capture.CaptureWish;
import org.georep.changelog.journal.JournalFailpoint;
import org.georep.changelog.journal.JournalSettings;
import org.georep.posix.Failpoint;
import org.georep.posix.FileFailpoint;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.replicator.failpoint.ReplicatorFailpoint;
import org.georep.replicator.stime.SyncStateFile;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.testing.Deaths;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.TreeManifest.Aspect;
import org.georep.testing.Waits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The real processes die at failpoints, one after the other, while a load goes on that does not
 * care: what stime claims at each death is there, and in the end the trees are the same.
 */
class DeathTest {
  /** The agent's own test has all of them. */
  private static final List<Failpoint> OF_AGENTS =
      List.of(
          AgentFailpoint.RECONCILE_DETACHED,
          AgentFailpoint.ENTRY_MARKED,
          AgentFailpoint.NAME_REPLACED,
          AgentFailpoint.DIRECTORY_MOVED,
          AgentFailpoint.LIMBO_LINKED,
          AgentFailpoint.PUBLISH_MARKED,
          AgentFailpoint.PUBLISH_NAMED,
          AgentFailpoint.PUBLISH_DONE,
          AgentFailpoint.DISCARD_EMPTIED,
          AgentFailpoint.BARRIER_SYNCED,
          AgentFailpoint.BARRIER_STIME,
          AgentFailpoint.BARRIER_ROOM,
          AgentFailpoint.BARRIER_DONE,
          FileFailpoint.FILE_WRITTEN,
          FileFailpoint.FILE_SYNCED,
          FileFailpoint.FILE_RENAMED,
          FileFailpoint.FILE_DURABLE);

  /**
   * What a replicator writes whole. It removes files as well, but none while it replicates:
   * consents to deletes and checkpoints that are past, about which stime says nothing.
   */
  private static final List<Failpoint> OF_FILES =
      List.of(
          FileFailpoint.FILE_WRITTEN,
          FileFailpoint.FILE_SYNCED,
          FileFailpoint.FILE_RENAMED,
          FileFailpoint.FILE_DURABLE);

  /** Only the load beside a {@link Load} comes to these soon. */
  private static final Set<JournalFailpoint> OF_FULL_GENERATIONS =
      EnumSet.of(
          JournalFailpoint.GENERATION_MADE,
          JournalFailpoint.GENERATION_BEGUN,
          JournalFailpoint.GENERATION_CLOSED,
          JournalFailpoint.GENERATION_ENDED,
          JournalFailpoint.DROP_RECORDED,
          JournalFailpoint.GENERATION_FORGOTTEN,
          JournalFailpoint.GENERATION_DELETED);

  /** Has room for what is not read, and trims often. */
  private static final JournalSettings SMALL = new JournalSettings(8L << 20, 128L << 10);

  /** Drops what is not read. */
  private static final JournalSettings LEAST = new JournalSettings(256L << 10, 128L << 10);

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Deaths deaths;
  private Path front;

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "fanotify needs root");
    front = sandbox.path().resolve("deaths");
    deaths = new Deaths(front);
  }

  @Test
  void ofAgents() throws Exception {
    try (ClassPathFront agents = new ClassPathFront(front);
        Scene scene = new Scene(sandbox, CaptureWish.FANOTIFY);
        Load load = Load.on(scene.primary, 11)) {
      assertThat(agents).isNotNull();
      Failpoint atTheEnd = FileFailpoint.FILE_REMOVED;
      try (Scene.Replicating replicating = scene.start()) {
        int claimed = 0;
        int passes = 0;
        for (Failpoint at : OF_AGENTS) {
          deaths.arm(at.name(), passes++ % 3);
          Waits.until("an agent dies at " + at, () -> deaths.happened(at.name()));
          claimed += checkClaim(load, scene.secondary);
        }
        assertThat(claimed).as("entries claimed at deaths").isGreaterThan(200);
        replicating.awaitInStep();
        deaths.arm(atTheEnd.name(), 0);
      }
      Waits.until("an agent dies at " + atTheEnd, () -> deaths.happened(atTheEnd.name()));
      assertThat(checkClaim(load, scene.secondary)).isPositive();
      try (Scene.Replicating replicating = scene.start()) {
        load.end();
        replicating.awaitInStep();
        scene.assertInStep();
      }
    }
  }

  /** What is claimed now, while others may be at work for what is not. */
  private static int checkClaim(Load load, Path secondary) throws Exception {
    int[] claimed = {0};
    try (Load.Pause pause = load.pause()) {
      assertThat(pause).isNotNull();
      Optional<Instant> stime = Load.stime(secondary);
      if (stime.isPresent()) {
        Waits.until(
            "nothing vanishes while looked at",
            () -> {
              try {
                claimed[0] = load.checkClaim(stime.get(), secondary, Aspect.MTIME);
                return true;
              } catch (PosixException e) {
                return false;
              }
            });
      }
    }
    return claimed[0];
  }

  private static List<Failpoint> those() {
    List<Failpoint> all = new ArrayList<>();
    for (ReplicatorFailpoint each : ReplicatorFailpoint.values()) {
      if (!isOfQuarantine(each)) {
        all.add(each);
      }
    }
    // The first file there is: the quarantine's, which begins anew.
    all.addAll(OF_FILES);
    return all;
  }

  private static boolean isOfQuarantine(Failpoint at) {
    return at.name().startsWith("QUARANTINE_");
  }

  @Test
  void ofReplicators() throws Exception {
    Path primary = sandbox.directory("primary");
    Path secondary = sandbox.path().resolve("copy");
    Path state = sandbox.directory("state");
    UUID session = UUID.randomUUID();
    try (Load load = Load.on(primary, 12)) {
      load.writeAlso("held", "first");
      for (Failpoint at : those()) {
        dies(at, primary, state, secondary, session);
        checkBoth(load, state, secondary);
      }
      until(load, primary, state, secondary, session);

      // Nothing gets below a mount point: what happens there goes to quarantine.
      Path held = secondary.resolve("held");
      for (Failpoint at : ReplicatorFailpoint.values()) {
        if (isOfQuarantine(at)) {
          Program.check("mount", "-t", "tmpfs", "none", held.toString());
          try {
            load.writeAlso("held", at.name());
            dies(at, primary, state, secondary, session);
          } finally {
            Waits.until(
                held + " is not busy",
                () -> Program.run(List.of("umount", held.toString())).exitCode() == 0);
          }
          checkBoth(load, state, secondary);
        }
      }
      until(load, primary, state, secondary, session);
      load.end();
      until(load, primary, state, secondary, session);
      InStep.check(primary, secondary);
    }
  }

  /**
   * Each dies at work, with all from before its start on the secondary: of the journal, and of the
   * file that has the replicator's own stime, for at work there is no other.
   */
  @Test
  void ofReplicatorsAtTheirJournalAndStime() throws Exception {
    Path primary = sandbox.directory("primary");
    Path secondary = sandbox.path().resolve("copy");
    Path state = sandbox.directory("state");
    UUID session = UUID.randomUUID();
    List<Failpoint> all = new ArrayList<>(List.of(JournalFailpoint.values()));
    all.addAll(OF_FILES);
    try (Load load = Load.on(primary, 15)) {
      load.writeAlso("held", "first");
      for (Failpoint at : all) {
        Instant moment = Instant.now();
        try (ReplicatorProgram program =
            new ReplicatorProgram(
                List.of(),
                front,
                primary,
                state,
                secondary,
                session,
                at == JournalFailpoint.DROP_RECORDED ? LEAST : SMALL)) {
          awaitStime(moment, program, secondary);
          deaths.arm(at.name(), 0);
          Waits.until(
              "a replicator dies at " + at,
              () -> {
                if (OF_FULL_GENERATIONS.contains(at)) {
                  load.renameAlso("burst", 200);
                }
                return !program.isAlive();
              });
          assertThat(deaths.happened(at.name())).as("it died of %s", at).isTrue();
        }
        checkLeft(at, state);
        checkBoth(load, state, secondary);
      }
      until(load, primary, state, secondary, session);
      load.end();
      until(load, primary, state, secondary, session);
      InStep.check(primary, secondary);
    }
  }

  /** It died where it was meant to. */
  private static void checkLeft(Failpoint at, Path state) throws IOException {
    if (at == FileFailpoint.FILE_WRITTEN || at == FileFailpoint.FILE_SYNCED) {
      assertThat(state.resolve("stime.new")).exists();
    } else if (at == JournalFailpoint.DROP_RECORDED) {
      assertThat(state.resolve("journal/dropped")).exists();
    } else if (at == JournalFailpoint.GENERATION_FORGOTTEN) {
      try (Stream<Path> journal = Files.list(state.resolve("journal"))) {
        assertThat(journal.filter(one -> one.getFileName().toString().matches("g\\d+")))
            .filteredOn(one -> !Files.exists(one.resolve("begin")))
            .as("generations without a beginning")
            .hasSize(1);
      }
    }
  }

  private void dies(Failpoint at, Path primary, Path state, Path secondary, UUID session)
      throws Exception {
    deaths.arm(at.name(), 0);
    try (ReplicatorProgram program =
        new ReplicatorProgram(front, primary, state, secondary, session)) {
      Waits.until("a replicator dies at " + at, () -> !program.isAlive());
      assertThat(deaths.happened(at.name())).as("it died of %s", at).isTrue();
    }
  }

  private static void checkBoth(Load load, Path state, Path secondary) throws Exception {
    checkClaim(load, secondary);
    Optional<Instant> own =
        new SyncStateFile(NativeLibc.instance(), state.resolve("stime")).read().stime();
    if (own.isPresent()) {
      assertThat(Load.stime(secondary).orElseThrow())
          .as("the secondary's stime")
          .isAfterOrEqualTo(own.get());
    }
  }

  /** Replicates until all that happened before is there, and ends. */
  private void until(Load load, Path primary, Path state, Path secondary, UUID session)
      throws Exception {
    deaths.disarm();
    Instant moment = Instant.now();
    try (ReplicatorProgram program =
        new ReplicatorProgram(front, primary, state, secondary, session)) {
      awaitStime(moment, program, secondary);
    }
    assertThat(checkClaim(load, secondary)).isPositive();
    assertThat(Files.exists(secondary.resolve("held/first"))).isTrue();
  }

  private static void awaitStime(Instant moment, ReplicatorProgram program, Path secondary)
      throws Exception {
    Waits.until(
        "stime passes " + moment,
        () -> {
          assertThat(program.isAlive()).isTrue();
          return Load.stime(secondary).filter(stime -> stime.isAfter(moment)).isPresent();
        });
  }
}
