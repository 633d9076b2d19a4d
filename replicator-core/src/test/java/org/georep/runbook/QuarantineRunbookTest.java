package org.georep.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.georep.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Entries that cannot be applied, since somebody mounted something over them. */
@Plays("quarantine.md")
final class QuarantineRunbookTest {
  private static final String PAGE = "quarantine.md";

  @RegisterExtension static final Stage stage = new Stage();

  private static void inTheWay(String name) {
    Program.check("mount", "-t", "tmpfs", "none", copy().resolve(name).toString());
  }

  private static Path copy() {
    return stage.secondary().path("/srv/data-copy");
  }

  private static void outOfTheWay(String name) {
    Program.check("umount", copy().resolve(name).toString());
  }

  private static void isInQuarantine(String name) throws Exception {
    stage.until(
        name + " is in quarantine",
        () -> stage.primary().done("georep quarantine list data").out().contains(name));
  }

  @Test
  void isMendedAndTriedAgainOrLetGo() throws Exception {
    Path primary = Files.createDirectories(stage.primary().path("/data"));
    Files.createDirectory(primary.resolve("one"));
    Files.createDirectory(primary.resolve("two"));
    stage.replicate();
    inTheWay("one");
    inTheWay("two");
    try {
      for (String name : List.of("one", "two")) {
        Files.delete(primary.resolve(name));
        Files.writeString(primary.resolve(name), "a file now");
        isInQuarantine(name);
      }
      stage.arrives("the-rest-goes-on");
      assertThat(stage.type(PAGE, "The rest goes on.").of("georep quarantine list data"))
          .contains("one: ", "two: ", "Another file system is mounted there: unmount it");
      outOfTheWay("one");
      assertThat(stage.type(PAGE, "Mend the reason").of("georep quarantine retry data"))
          .contains("2 are tried now");
      stage.until("it arrives", () -> Files.isRegularFile(copy().resolve("one")));
      stage.until(
          "one is left", () -> stage.primary().status("data").path("quarantined").asInt() == 1);
      stage.primary().done("georep checkpoint create data since");
      assertThat(stage.primary().type("georep checkpoint wait data since --timeout 1s").code())
          .as("not while something is in quarantine")
          .isEqualTo(5);
      stage.placeholder("path/of/the/entry", "two");
      assertThat(
              stage
                  .type(PAGE, "What is not wanted")
                  .of("georep quarantine drop data path/of/the/entry"))
          .contains("1 let go");
      stage.primary().done("georep checkpoint wait data since --timeout 60s");
      assertThat(copy().resolve("two")).isDirectory();
    } finally {
      Program.run(List.of("umount", copy().resolve("one").toString()));
      outOfTheWay("two");
    }
  }
}
