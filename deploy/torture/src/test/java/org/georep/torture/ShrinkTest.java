package org.georep.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.georep.name.EntryPath;
import org.junit.jupiter.api.Test;

final class ShrinkTest {
  private static final long HOUR = 3_600_000_000_000L;

  private static Step act(int number) {
    EntryPath path = EntryPath.parse("f" + number);
    return new Step.Act(number, Operation.of(0, Kind.CREATE, path, number, 0));
  }

  private static List<Step> failing() {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      steps.add(act(i));
      if (i % 50 == 49) {
        steps.add(new Step.Break(i, Fault.CUT, 0));
        steps.add(new Step.Quiet(i));
      }
    }
    return steps;
  }

  @Test
  void onlyWhatItTakesToFailIsLeft() throws Exception {
    List<Step> needed = List.of(act(17), act(203));
    Shrink shrink = new Shrink(steps -> steps.containsAll(needed), System.nanoTime() + HOUR);
    assertThat(shrink.smallest(failing())).containsExactly(act(17), act(203), new Step.Quiet(299));
  }

  @Test
  void aFaultThatIsNeededStays() throws Exception {
    Step cut = new Step.Break(149, Fault.CUT, 0);
    Shrink shrink = new Shrink(steps -> steps.contains(cut), System.nanoTime() + HOUR);
    assertThat(shrink.smallest(failing())).containsExactly(cut, new Step.Quiet(299));
  }

  @Test
  void withoutTimeNothingIsTried() throws Exception {
    Shrink shrink =
        new Shrink(
            steps -> {
              throw new AssertionError("tried");
            },
            System.nanoTime() - 1);
    assertThat(shrink.smallest(failing())).isEqualTo(failing());
    assertThat(shrink.trials()).isZero();
  }
}
