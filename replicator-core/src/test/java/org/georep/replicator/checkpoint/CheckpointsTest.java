package org.georep.replicator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.StateDirectory;
import org.georep.replicator.stime.SyncState;
import org.georep.replicator.stime.SyncStateFile;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.CheckpointStanding;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The states of checkpoints over moves of stime, restarts, restores and resets. */
class CheckpointsTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00.5Z");
  private static final String VOLUME = "_v";

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final Libc libc = NativeLibc.instance();
  private final List<CheckpointReport> told = new ArrayList<>();
  private Instant now = START;
  private Optional<Instant> failing = Optional.empty();
  private SessionDirectory session;
  private CheckpointDesk desk;
  private Checkpoints worker;

  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now;
        }
      };

  @BeforeEach
  void make() throws Exception {
    session = new StateDirectory(sandbox.path().resolve("state")).session(new SessionName("s"));
    session.make();
    desk = new CheckpointDesk(libc, session, VOLUME, clock);
    restart();
  }

  /** Another process goes on from what is on disk. */
  private void restart() throws Exception {
    worker =
        new Checkpoints(
            libc,
            new CheckpointShelf(libc, session.checkpoints()),
            session.checkpointOutcomes(VOLUME),
            session.stime(VOLUME),
            () -> failing,
            clock,
            told::add);
  }

  private static SyncState at(Instant stime) {
    return new SyncState(Optional.of(stime), Optional.empty(), Optional.empty());
  }

  private void write(Instant stime) throws Exception {
    new SyncStateFile(libc, session.stime(VOLUME)).write(at(stime));
  }

  private void move(Instant stime) throws Exception {
    write(stime);
    worker.moved(at(stime));
  }

  private void later(long seconds) {
    now = now.plusSeconds(seconds);
  }

  private CheckpointReport only() throws Exception {
    return desk.newest(Optional.empty()).orElseThrow();
  }

  private void is(CheckpointStanding standing) throws Exception {
    assertThat(only().standing()).isEqualTo(standing);
    assertThat(worker.newest().orElseThrow().standing()).isEqualTo(standing);
  }

  @Test
  void isCompletedAtTheMomentStimeReachesItsTarget() throws Exception {
    move(START.minusSeconds(3));
    CheckpointReport set = desk.set(Optional.empty());
    assertThat(set.label()).isEqualTo("as of 2026-03-01T12:00:00.500Z");
    assertThat(set.time()).isEqualTo(START);
    later(2);
    move(START.minusNanos(1));
    is(CheckpointStanding.NOT_REACHED);
    later(3);
    move(START);
    is(CheckpointStanding.COMPLETED);
    assertThat(only().completionTime()).isEqualTo(START.plusSeconds(5));
    assertThat(told).containsExactly(only());
    later(60);
    move(START.plusSeconds(60));
    restart();
    worker.began(at(START.plusSeconds(60)));
    assertThat(only().completionTime()).isEqualTo(START.plusSeconds(5));
    assertThat(told).hasSize(1);
  }

  @Test
  void isHeldBackByWhatFailedBefore() throws Exception {
    desk.set(Optional.of("held"));
    failing = Optional.of(START);
    later(10);
    move(START.plusSeconds(8));
    is(CheckpointStanding.NOT_REACHED);
    failing = Optional.of(START.plusNanos(1));
    move(START.plusSeconds(9));
    is(CheckpointStanding.COMPLETED);
  }

  @Test
  void aCrashBeforeItIsWrittenDownDoesNotMakeItLater() throws Exception {
    desk.set(Optional.of("crash"));
    write(START.plusSeconds(1));
    Instant reached = START.plusSeconds(4);
    Files.setLastModifiedTime(session.stime(VOLUME), FileTime.from(reached));
    later(3600);
    restart();
    worker.began(at(START.plusSeconds(1)));
    is(CheckpointStanding.COMPLETED);
    assertThat(only().completionTime()).isEqualTo(reached);
  }

  @Test
  void isTakenBackWhenTheSecondaryIsRestoredAndCompletedAgain() throws Exception {
    move(START.minusSeconds(3));
    desk.set(Optional.of("nightly"));
    later(4);
    move(START.plusSeconds(1));
    later(100);
    worker.began(at(START.minusSeconds(30)));
    is(CheckpointStanding.TAKEN_BACK);
    worker.moved(at(START.minusSeconds(20)));
    is(CheckpointStanding.TAKEN_BACK);
    later(100);
    move(START.plusSeconds(150));
    is(CheckpointStanding.COMPLETED);
    assertThat(only().completionTime()).isEqualTo(START.plusSeconds(204));
    assertThat(told)
        .extracting(CheckpointReport::standing)
        .containsExactly(
            CheckpointStanding.COMPLETED,
            CheckpointStanding.TAKEN_BACK,
            CheckpointStanding.COMPLETED);
  }

  @Test
  void isInvalidForEverWhenStimeWasReset() throws Exception {
    move(START.minusSeconds(3));
    desk.set(Optional.of("open"));
    worker.began(SyncState.NONE);
    is(CheckpointStanding.INVALID);
    later(5);
    CheckpointReport after = desk.set(Optional.of("after"));
    worker.began(SyncState.NONE); // the first copy took more than one connection
    is(CheckpointStanding.NOT_REACHED);
    restart();
    worker.began(SyncState.NONE);
    is(CheckpointStanding.NOT_REACHED);
    later(60);
    move(now.minusSeconds(2));
    assertThat(desk.newest(Optional.of("open")).orElseThrow().standing())
        .isEqualTo(CheckpointStanding.INVALID);
    assertThat(only().time()).isEqualTo(after.time());
    is(CheckpointStanding.COMPLETED);
    worker.began(SyncState.NONE);
    is(CheckpointStanding.INVALID);
  }

  @Test
  void withoutAWorkerTheFilesTell() throws Exception {
    desk.set(Optional.of("first"));
    later(5);
    move(START.plusSeconds(2));
    assertThat(only().standing()).isEqualTo(CheckpointStanding.COMPLETED);
    write(START.minusSeconds(50));
    assertThat(only().standing()).isEqualTo(CheckpointStanding.TAKEN_BACK);
    Files.delete(session.stime(VOLUME));
    assertThat(only().standing()).isEqualTo(CheckpointStanding.INVALID);
  }

  @Test
  void aFirstCopyDoesNotMakeItInvalid() throws Exception {
    desk.set(Optional.of("early"));
    worker.began(SyncState.NONE);
    is(CheckpointStanding.NOT_REACHED);
    later(30);
    move(START.plusSeconds(20));
    is(CheckpointStanding.COMPLETED);
  }

  @Test
  void aClockThatWentBackDoesNotCompleteIt() throws Exception {
    move(START.plusSeconds(3600));
    CheckpointReport set = desk.set(Optional.of("back"));
    assertThat(set.time()).isAfter(START.plusSeconds(3600));
    worker.moved(at(START.plusSeconds(3600).plusNanos(9)));
    is(CheckpointStanding.NOT_REACHED);
  }

  @Test
  void oldOnesGoAndOpenOnesStay() throws Exception {
    CheckpointReport open = desk.set(Optional.of("invalid later"));
    for (int i = 0; i < CheckpointDesk.KEPT + 5; i++) {
      now = now.plus(Duration.ofMillis(5));
      desk.set(Optional.of("n" + i));
    }
    assertThat(desk.all()).hasSize(CheckpointDesk.KEPT + 6);
    assertThat(desk.all().get(0)).isEqualTo(open);
    move(now);
    later(5);
    desk.set(Optional.of("last"));
    assertThat(desk.all()).hasSize(CheckpointDesk.KEPT);
    assertThat(only().label()).isEqualTo("last");
    assertThat(only().standing()).isEqualTo(CheckpointStanding.NOT_REACHED);
  }

  @Test
  void aLabelIsOneLineOfText() throws Exception {
    for (String wrong : new String[] {"", "  ", "a\nb", "a\u001b[2J", "\uDCFF", "x".repeat(256)}) {
      assertThatThrownBy(() -> desk.set(Optional.of(wrong)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(session.checkpoints()).doesNotExist();
    desk.set(Optional.of("Über \\ 'x' \"y\" 日"));
    assertThat(only().label()).isEqualTo("Über \\ 'x' \"y\" 日");
  }
}
