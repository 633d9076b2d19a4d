package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.georep.changelog.capture.CaptureWish;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalFailpoint;
import org.georep.changelog.journal.JournalPosition;
import org.georep.engine.EngineChoice;
import org.georep.posix.Failpoint;
import org.georep.posix.FileFailpoint;
import org.georep.posix.NativeLibc;
import org.georep.replicator.failpoint.ReplicatorFailpoint;
import org.georep.replicator.stime.SyncState;
import org.georep.replicator.stime.SyncStateFile;
import org.georep.testing.Killing;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Who claims first: the secondary, then the replicator's own stime and position, durably, and only
 * then the journal may forget. Looked at in the very moments, while a load goes on.
 */
class StateOrderTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final List<Failpoint> steps = Collections.synchronizedList(new ArrayList<>());
  private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
  private Path secondary;
  private Path state;

  @BeforeEach
  void needsRoot() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "fanotify needs root");
  }

  @Test
  void theSecondaryThenWeThenTheJournal() throws Throwable {
    Path primary = sandbox.directory("primary");
    state = sandbox.directory("state");
    secondary = sandbox.path().resolve("copy");
    TestSession session =
        TestSession.local(primary, state, secondary, EngineChoice.AUTO)
            .capture(CaptureWish.FANOTIFY);
    Killing.during(
        this::reached,
        () -> {
          try (Load load = Load.on(primary, 14);
              Scene scene = new Scene(primary, secondary, session);
              Scene.Replicating replicating = scene.start()) {
            for (int i = 0; i < 3; i++) {
              replicating.awaitInStep();
            }
            load.end();
          }
        });
    assertThat(wrong).isEmpty();
    assertThat(steps.stream().filter(ReplicatorFailpoint.STATE_WRITTEN::equals).count())
        .isGreaterThan(3);
    List<Failpoint> since = new ArrayList<>();
    for (Failpoint step : steps) {
      if (step == ReplicatorFailpoint.BARRIER_ASKED) {
        assertThat(
                !since.contains(ReplicatorFailpoint.BARRIER_ASKED)
                    || since.contains(ReplicatorFailpoint.BARRIER_ANSWERED))
            .as("one barrier after the other")
            .isTrue();
        since.clear();
      }
      since.add(step);
      if (step == ReplicatorFailpoint.STATE_ACKNOWLEDGED) {
        assertThat(since)
            .containsExactly(
                ReplicatorFailpoint.BARRIER_ASKED,
                ReplicatorFailpoint.BARRIER_ANSWERED,
                FileFailpoint.FILE_WRITTEN,
                FileFailpoint.FILE_SYNCED,
                FileFailpoint.FILE_RENAMED,
                FileFailpoint.FILE_DURABLE,
                ReplicatorFailpoint.STATE_WRITTEN,
                JournalFailpoint.POSITION_WRITTEN,
                ReplicatorFailpoint.STATE_ACKNOWLEDGED);
      }
    }
  }

  private void reached(Failpoint step) {
    if (step instanceof FileFailpoint
        || step == JournalFailpoint.POSITION_WRITTEN
        || step == ReplicatorFailpoint.BARRIER_ASKED
        || step == ReplicatorFailpoint.BARRIER_ANSWERED
        || step == ReplicatorFailpoint.STATE_WRITTEN
        || step == ReplicatorFailpoint.STATE_ACKNOWLEDGED) {
      steps.add(step);
      look(step);
    }
  }

  /** Our stime is not later than the secondary's, what the journal keeps not later than ours. */
  private void look(Failpoint step) {
    try {
      SyncState own = new SyncStateFile(NativeLibc.instance(), state.resolve("stime")).read();
      if (own.stime().isPresent()) {
        Instant far = Load.stime(secondary).orElse(Instant.MIN);
        if (far.isBefore(own.stime().get())) {
          wrong.add(step + ": " + own.stime().get() + " here, " + far + " there");
        }
      }
      JournalPosition kept =
          JournalDirectory.at(state.resolve("journal"))
              .acknowledged("test")
              .orElse(JournalPosition.ORIGIN);
      if (own.position().isPresent() && kept.compareTo(own.position().get()) > 0) {
        wrong.add(step + ": the journal keeps from " + kept + ", we read from " + own.position());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
