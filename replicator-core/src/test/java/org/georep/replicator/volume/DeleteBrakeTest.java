package org.georep.replicator.volume;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.georep.name.EntryPath;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** It takes both: more than half, and more than so many. */
final class DeleteBrakeTest {
  private static final List<EntryPath> MOST = List.of(EntryPath.ROOT);

  private static void check(boolean accepted, long leaving, long known) throws Exception {
    new DeleteBrake(accepted).check(leaving, known, MOST);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "900, 900", // all, but few
    "1000, 1000",
    "1000, 1999", // more than half, but not more than so many
    "1001, 2002", // half
    "1001, 2003", // less than half of an odd number
    "5000, 20000", // many, but few of them
    "10000, 20000",
    "1001, 1000000",
  })
  void letsGoOn(long leaving, long known) {
    assertThatCode(() -> check(false, leaving, known)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "1001, 1001",
    "1001, 2000", // half and one
    "1001, 2001", // half and a half
    "10001, 20000",
    "20000, 20000",
  })
  void holds(long leaving, long known) {
    assertThatThrownBy(() -> check(false, leaving, known))
        .isInstanceOf(MassDeleteException.class)
        .hasMessageContaining("Of " + known + " entries")
        .hasMessageContaining("secondary " + leaving + " are not")
        .hasMessageContaining("Nothing was deleted");
    assertThatCode(() -> check(true, leaving, known)).doesNotThrowAnyException();
  }
}
