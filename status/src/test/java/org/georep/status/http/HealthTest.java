package org.georep.status.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.georep.status.report.WorkerReport;
import org.georep.status.report.WorkerReportBuilder;
import org.georep.status.report.WorkerState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HealthTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L);

  private static WorkerReportBuilder worker(WorkerState state) {
    return new WorkerReportBuilder()
        .session("s")
        .volume("_v")
        .updated(NOW.minusSeconds(2))
        .workerStatus(state)
        .lagSeconds(0.0)
        .quarantined(0L);
  }

  private static Health of(WorkerReport... reports) {
    return Health.of(List.of(reports), NOW);
  }

  @ParameterizedTest
  @EnumSource(
      value = WorkerState.class,
      names = {"ACTIVE", "PASSIVE", "PAUSED", "STOPPED", "NOT_STARTED"})
  void wellOrNotMeantToRun(WorkerState state) {
    assertThat(of(worker(state).build())).isEqualTo(new Health(Health.Verdict.OK, List.of()));
  }

  @ParameterizedTest
  @EnumSource(
      value = WorkerState.class,
      names = {"FAULTY", "INITIALIZING"})
  void notWorking(WorkerState state) {
    Health health = of(worker(WorkerState.ACTIVE).build(), worker(state).reason("Why.").build());
    assertThat(health.verdict()).isEqualTo(Health.Verdict.FAILING);
    assertThat(health.reasons()).hasSize(1).first().asString().startsWith("s _v: it is");
  }

  @ParameterizedTest
  @EnumSource(
      value = WorkerState.class,
      names = {"ACTIVE", "PASSIVE"})
  void aLagThatIsNotKnownOrASilentWorker(WorkerState state) {
    assertThat(of(worker(state).lagSeconds(null).build()).reasons())
        .containsExactly("s _v: its lag is not known (yet).");
    assertThat(of(worker(state).lagSeconds(null).reason("It hangs.").build()).reasons())
        .containsExactly("s _v: its lag is not known: It hangs.");
    assertThat(of(worker(state).updated(null).reason("It hangs.").build()).reasons())
        .containsExactly("s _v: it has not reported for more than 30 s: It hangs.");
    assertThat(of(worker(state).updated(NOW.minusSeconds(31)).build()).verdict())
        .isEqualTo(Health.Verdict.FAILING);
    assertThat(of(worker(state).updated(null).build()).verdict()).isEqualTo(Health.Verdict.FAILING);
  }

  @Test
  void oneThatDiedShouldRun() {
    assertThat(of(worker(WorkerState.STOPPED).reason("It ended without saying so.").build()))
        .extracting(Health::verdict)
        .isEqualTo(Health.Verdict.FAILING);
  }

  @Test
  void quarantineDegrades() {
    Health health = of(worker(WorkerState.ACTIVE).quarantined(2L).build());
    assertThat(health.verdict()).isEqualTo(Health.Verdict.DEGRADED);
    assertThat(health.reasons())
        .containsExactly("s _v: 2 entries are in quarantine. See: georep quarantine list s");
  }
}
