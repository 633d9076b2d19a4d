package org.georep.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** File systems of their own, which somebody else fills to the last block. */
@Plays("disk-full.md")
final class DiskFullRunbookTest {
  private static final String PAGE = "disk-full.md";
  private static final int MEBIBYTE = 1 << 20;

  @RegisterExtension static final Stage stage = new Stage();

  private static void fill(Path file) throws Exception {
    for (int size = MEBIBYTE; size >= 4096; size /= 4) {
      try (OutputStream out =
          Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (true) {
          out.write(new byte[size]);
        }
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("space");
      }
    }
  }

  private static Path primary() {
    return stage.primary().path("/data");
  }

  @Test
  void theSecondarys() throws Exception {
    Path disk = stage.disk(24);
    stage.secondary().place("/srv/data-copy", disk);
    Files.createDirectories(primary());
    Files.writeString(primary().resolve("old"), "to be deleted");
    stage.replicate();
    Path ballast = disk.resolve("lost+found/ballast");
    fill(ballast);
    byte[] contents = new byte[MEBIBYTE];
    new Random(7).nextBytes(contents);
    Files.write(primary().resolve("new"), contents);
    Files.delete(primary().resolve("old"));
    stage.until(
        "new waits",
        () -> stage.primary().done("georep quarantine list data").out().contains("new"));
    stage.until("deletions go on", () -> !Files.exists(disk.resolve("old")));
    Typed said = stage.type(PAGE, "nothing is lost.");
    assertThat(said.of("georep status data --detail")).contains("Free space there");
    assertThat(said.of("georep quarantine list data")).contains("new: ");
    Files.delete(ballast);
    stage.type(PAGE, "to try at once");
    stage.isInStep();
    stage.until("nothing is wrong", () -> stage.primary().status("data").path("reason").isNull());
  }

  @Test
  void thePrimarysHosts() throws Exception {
    Path disk = stage.disk(24);
    Host p = stage.primary();
    p.placeState(disk.resolve("state"));
    stage.replicate();
    Path ballast = disk.resolve("ballast");
    fill(ballast);
    for (int i = 0; i < 3_000; i++) {
      Files.writeString(primary().resolve("f" + i % 50), "contents " + i);
    }
    stage.until(
        "it is told",
        () ->
            p.done("georep events data")
                .out()
                .toLowerCase(Locale.ROOT)
                .contains("no space left on device"));
    Typed doctor = stage.type(1, PAGE, "Capture writes no more");
    assertThat(doctor.of("georep doctor data"))
        .contains("error    space-here")
        .contains("Make room on the file system of " + p.state());
    Files.delete(ballast);
    Typed said = stage.type(PAGE, "capture begins again");
    assertThat(said.of("georep journal stat data")).contains("reader data: ");
    stage.arrives("at-the-end");
    stage.isInStep();
  }
}
