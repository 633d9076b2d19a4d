package org.georep.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That no page, and nothing on one that can be typed, is left out by the tests that type it. */
final class RunbookPagesTest {
  private static final List<Class<?>> TESTS =
      List.of(
          DiskFullRunbookTest.class,
          FailoverRunbookTest.class,
          GapRunbookTest.class,
          MovingAVolumeRunbookTest.class,
          PairRunbookTest.class,
          QuarantineRunbookTest.class,
          RotatingKeysRunbookTest.class);

  static List<String> pages() {
    return Runbook.names();
  }

  @Test
  void everyPageIsTypedByATest() {
    assertThat(TESTS.stream().flatMap(test -> Stream.of(test.getAnnotation(Plays.class).value())))
        .containsExactlyInAnyOrderElementsOf(Runbook.names());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyPageIsListedAndHasItsCommandsInBlocks(String page) {
    assertThat(Runbook.index()).contains("](" + page + ")");
    assertThat(Runbook.read(page).commands()).isNotEmpty();
    assertThat(Runbook.read(page).commandsInProse())
        .as("commands in the prose of %s, which no test runs: put them into blocks", page)
        .isEmpty();
  }

  @Test
  void everyStandInIsNeeded() {
    assertThat(
            Runbook.names().stream()
                .flatMap(page -> Runbook.read(page).commands().stream())
                .map(Runbook.Command::text))
        .containsAll(StandIns.all().stream().map(StandIns.StandIn::command).toList());
  }
}
