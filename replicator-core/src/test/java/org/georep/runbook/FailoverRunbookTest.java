package org.georep.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Over to the secondary's host, and back again. */
@Plays({"failover.md", "failback.md"})
final class FailoverRunbookTest {
  private static final String BACK = "failback.md";

  @RegisterExtension static final Stage stage = new Stage();

  @Test
  void goesOverAndBack() throws Exception {
    Path primary = Files.createDirectories(stage.primary().path("/data"));
    Path secondary = stage.secondary().path("/srv/data-copy");
    Files.writeString(primary.resolve("f"), "as replicated");
    stage.replicate();
    stage.secondary().done("systemctl start georep");

    assertThat(stage.type("failover.md").of("georep promote /srv/data-copy"))
        .contains("Complete up to", "Nothing is known to be missing");
    assertThat(secondary.resolve("f")).hasContent("as replicated");
    Files.writeString(secondary.resolve("g"), "made on the secondary");
    Files.writeString(primary.resolve("f"), "changed where nobody should work");

    stage.type(BACK, "must reach p.example by ssh");
    assertThat(primary.resolve("g")).hasContent("made on the secondary");
    assertThat(primary.resolve("f")).hasContent("as replicated");
    Typed kept = stage.type(BACK, "It is an ordinary session");
    assertThat(kept.of("georep conflicts list data-back")).contains("f");
    assertThat(kept.of("georep verify data-back")).contains(": no difference");

    stage.type(BACK, "To stay on s.example for a while");
    Files.writeString(secondary.resolve("i"), "made later");
    stage.until("it arrives", () -> Files.exists(primary.resolve("i")));

    stage.type(BACK, "Go back.");
    stage.isInStep();
    stage.type(BACK, "The last command is the session");
    stage.arrives("made-on-the-primary");
  }
}
