package org.georep.replicator.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.replicator.checkpoint.CheckpointDesk;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.SessionPreparation;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.StateDirectory;
import org.georep.status.file.StatusFile;
import org.georep.status.report.CheckpointReport;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionReportsTest {
  private static final Libc LIBC = NativeLibc.instance();

  @TempDir Path directory;
  private StateDirectory state;
  private SessionReports reports;

  @BeforeEach
  void begin() {
    state = new StateDirectory(directory.resolve("state"));
    reports = new SessionReports(LIBC, state, Clock.systemUTC());
  }

  private SessionDirectory session(String name) throws Exception {
    Path primary = Files.createDirectories(directory.resolve("primary"));
    SessionConfiguration configuration =
        new SessionPreparation(LIBC, state)
            .prepare(
                Optional.of(new SessionName(name)),
                bytes(primary.toString()),
                bytes(directory.resolve(name).toString()),
                Settings.DEFAULTS);
    SessionDirectory session = state.session(configuration.name());
    session.make();
    new SessionFile(LIBC, session.yaml()).write(configuration);
    new StatusFile(session.status(configuration.volume()))
        .write(
            new WorkerReportBuilder()
                .session(name)
                .volume(configuration.volume())
                .workerStatus(WorkerState.PAUSED)
                .build());
    return session;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void oneThatCannotBeReadHidesNoOther() throws Exception {
    session("a");
    Files.writeString(session("b").yaml(), "format: 1\nnonsense: 1\n");
    session("c");
    List<WorkerReport> all = reports.get();
    assertThat(all).extracting(WorkerReport::session).containsExactly("a", "b", "c");
    assertThat(all)
        .extracting(WorkerReport::workerStatus)
        .containsExactly(WorkerState.PAUSED, WorkerState.FAULTY, WorkerState.PAUSED);
    assertThat(all.get(1).reason()).contains("session.yaml", "nonsense");
  }

  @Test
  void checkpointsAreTheNewestFirst() throws Exception {
    SessionDirectory session = session("a");
    CheckpointDesk desk =
        new CheckpointDesk(
            LIBC, session, String.valueOf(reports.get().get(0).volume()), Clock.systemUTC());
    for (int i = 0; i < 25; i++) {
      desk.set(Optional.of("nightly" + i));
    }
    List<CheckpointReport> shown = reports.get().get(0).checkpoints();
    assertThat(shown).hasSize(20);
    assertThat(shown.get(0).label()).isEqualTo("nightly24");
  }

  @Test
  void oneThatIsDeletedIsForgotten() throws Exception {
    session("a");
    SessionDirectory gone = session("b");
    assertThat(reports.get()).hasSize(2);
    Files.delete(gone.yaml());
    assertThat(reports.get()).extracting(WorkerReport::session).containsExactly("a");
  }

  @Test
  void noStateDirectoryHoldsNoSession() {
    assertThat(reports.get()).isEmpty();
  }

  @Test
  void aStateDirectoryThatCannotBeReadIsNotEmpty() throws Exception {
    Files.createSymbolicLink(state.path(), state.path());
    assertThatThrownBy(reports::get)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("The state directory cannot be read");
  }
}
