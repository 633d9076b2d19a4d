package org.georep.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.cli.MonitorProgram;
import org.georep.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Captures that are killed while something changes, and everything at once in a mass deletion. */
@Plays("gap.md")
final class GapRunbookTest {
  private static final String PAGE = "gap.md";
  private static final int MANY = 1_200;

  @RegisterExtension static final Stage stage = new Stage();

  private static Path primary() {
    return stage.primary().path("/data");
  }

  @Test
  void whatCaptureMissedIsFound() throws Exception {
    Host p = stage.primary();
    Files.createDirectories(primary().resolve("sub"));
    Files.writeString(primary().resolve("sub/old"), "to be deleted");
    stage.replicate();
    stage.isInStep();
    ProcessHandle capture = p.captures().get(0);
    MonitorProgram.signal("KILL", capture.pid());
    capture.onExit().join();
    Files.delete(primary().resolve("sub/old"));
    Files.writeString(primary().resolve("sub/new"), "nobody saw it");
    stage.until(
        "another capture", () -> !p.captures().isEmpty() && !p.captures().contains(capture));
    stage.isInStep();
    Typed said = stage.type(PAGE, "Nothing needs to be done.");
    assertThat(said.of("georep events data").split("crawl-begun", -1))
        .as("walked once more")
        .hasSizeGreaterThan(2);
    assertThat(stage.type(PAGE, "To be sure afterwards").of("georep verify data"))
        .contains(": no difference");
    Typed more = stage.type(PAGE, "If gaps come again and again");
    assertThat(more.of("georep journal stat data")).contains("reader data: ");
    stage.arrives("with-the-new-limit");
  }

  /** How often this monitor was told that somebody's word is needed. */
  private static int asked() throws Exception {
    return stage.primary().monitor().said().split("it waits for that", -1).length - 1;
  }

  private static void allIsKilledWhileMostIsDeleted() throws Exception {
    Host p = stage.primary();
    // Nobody reads a thing from here on.
    for (ProcessHandle process : p.workers()) {
      MonitorProgram.signal("STOP", process.pid());
    }
    for (ProcessHandle process : p.captures()) {
      MonitorProgram.signal("STOP", process.pid());
    }
    Program.check("rm", "-rf", primary().resolve("tree").toString());
    p.kill();
    stage.type(PAGE, "nobody has records");
    stage.until("it asks", () -> asked() > 0);
    assertThat(stage.type(PAGE, "the session stops and asks").of("georep status data --detail"))
        .contains("Nothing was deleted", "accept it: georep session resume data --accept-deletes");
    assertThat(stage.secondary().path("/srv/data-copy/tree/d3/f300")).exists();
  }

  @Test
  void aMassDeletionIsTakenBackOrMeant() throws Exception {
    for (int i = 0; i < MANY; i++) {
      Files.createDirectories(primary().resolve("tree/d" + i / 100));
      Files.writeString(primary().resolve("tree/d" + i / 100 + "/f" + i), "contents " + i);
    }
    stage.replicate();
    stage.isInStep();
    allIsKilledWhileMostIsDeleted();
    stage.type(PAGE, "If it is not");
    Path after = stage.secondary().path("/srv/data-copy/after-all");
    Files.writeString(primary().resolve("after-all"), "comes when it goes on");
    stage.until("it goes on or asks once more", () -> Files.exists(after) || asked() > 1);
    if (!Files.exists(after)) {
      stage.type(PAGE, "If it is meant");
      stage.until("it goes on", () -> Files.exists(after));
    }
    stage.isInStep();
    assertThat(primary().resolve("tree/d3/f300")).hasContent("contents 300");

    // What is captured and not yet looked at is no matter of a crawl, and is not asked about.
    stage.primary().done("georep checkpoint create data back");
    stage.primary().done("georep checkpoint wait data back --timeout 2m");
    allIsKilledWhileMostIsDeleted();
    stage.type(PAGE, "If it is meant");
    stage.until("they go", () -> !Files.exists(stage.secondary().path("/srv/data-copy/tree")));
    stage.isInStep();
  }
}
