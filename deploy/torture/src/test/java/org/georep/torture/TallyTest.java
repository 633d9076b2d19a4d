package org.georep.torture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TallyTest {
  @Test
  void faultsWithoutEffectDoNotCount() {
    Tally tally = new Tally();
    tally.fault(Fault.CUT, true);
    tally.fault(Fault.CUT, false);
    tally.fault(Fault.QUOTA, false);
    assertThat(tally.faults()).isEqualTo(1);
    assertThat(tally.toString())
        .contains("1 faults with an effect {CUT=1}, in vain {CUT=1, QUOTA=1}");
  }

  @Test
  void severalRunsAreAddedUp() {
    Tally total = new Tally();
    for (int i = 0; i < 3; i++) {
      Tally run = new Tally();
      run.operation();
      run.operation();
      run.fault(Fault.STALL, true);
      run.quietPoint(i > 0);
      total.add(run);
    }
    assertThat(total.operations()).isEqualTo(6);
    assertThat(total.faults()).isEqualTo(3);
    assertThat(total.toString()).contains("{STALL=3}", "3 quiet points, 1 of them");
  }
}
