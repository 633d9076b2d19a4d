package org.georep.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two hosts that see every change of one primary. */
@Plays("pair.md")
final class PairRunbookTest {
  private static final String PAGE = "pair.md";

  @RegisterExtension static final Stage stage = new Stage();

  @Test
  void isMadeChangesOverAndEnds() throws Exception {
    Host p = stage.primary();
    Host q = stage.host("q.example");
    q.place("/data", p.path("/data"));
    stage.replicate();
    q.done("systemctl start georep");

    stage.type(PAGE, "Five seconds without a sign of life");
    stage.until("it has the lease", () -> p.status("data").path("lease").isObject());
    stage.type(PAGE, "has to say `active on p.example`");
    q.awaitState("data", "Passive");
    stage.arrives("with-two");

    Typed who = stage.type(PAGE, "Who is Active?");
    assertThat(who.of("georep status data --detail")).containsPattern("active +on \\S+, term ");
    assertThat(who.of("georep events data")).contains("standing by");
    stage.until("q.example is ready", () -> q.status("data").path("last_synced").isNumber());

    stage.type(PAGE, "Change over on purpose");
    q.awaitState("data", "Active");
    p.awaitState("data", "Passive");
    stage.arrives("by-the-other");

    stage.type(PAGE, "Settings");
    stage.type(PAGE, "End the pair.");
    p.awaitState("data", "Active");
    stage.arrives("alone");
    stage.isInStep();
  }
}
