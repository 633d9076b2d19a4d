package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One path is brought in step at once where no event and no crawl tells of it: the session has no
 * capture and has crawled.
 */
final class SyncVerbTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final Ending ending = Ending.onRequest();
  private CompletableFuture<Launcher.Result> session =
      CompletableFuture.completedFuture(new Launcher.Result(0, "", ""));
  private Launcher georep = new Launcher(Path.of("/"));
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");

  @BeforeEach
  void make() throws Exception {
    georep = new Launcher(sandbox.path().resolve("state"));
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    Files.createDirectories(primary.resolve("a/b"));
    Files.createDirectories(primary.resolve("left"));
    for (String file : new String[] {"a/one", "a/b/two", "a/b/three", "other", "left/out"}) {
      Files.writeString(primary.resolve(file), "contents of " + file + "\n");
    }
  }

  @AfterEach
  void stop() throws Exception {
    ending.requestStop();
    session.get();
  }

  private void start() throws Exception {
    session =
        CompletableFuture.supplyAsync(
            () ->
                georep.run(
                    ending,
                    "replicate",
                    "--name=s",
                    "--capture=none",
                    "--exclude=/left",
                    primary.toString(),
                    secondary.toString()));
    Waits.until(
        "its crawl is done",
        () -> {
          JsonNode status =
              new ObjectMapper().readTree(georep.run("status", "s", "--json").out()).path(0);
          return status.path("worker status").asText().equals("Active")
              && status.path("last_synced").isNumber()
              && status.path("crawl status").asText().equals("History Crawl");
        });
  }

  private void rot(String file) throws Exception {
    Path path = secondary.resolve(file);
    Rot.in(path, sandbox.path().resolve("also-" + path.getFileName()));
  }

  private String contents(String file) throws Exception {
    return Files.readString(secondary.resolve(file));
  }

  private JsonNode sync(int code, String... args) throws Exception {
    String[] all = new String[args.length + 3];
    all[0] = "sync";
    all[1] = "s";
    all[2] = "--json";
    System.arraycopy(args, 0, all, 3, args.length);
    Launcher.Result result = georep.run(all);
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    return new ObjectMapper().readTree(result.out());
  }

  @Test
  void itIsBroughtInStepWithAllBelowItAndNothingElse() throws Exception {
    start();
    rot("a/one");
    rot("a/b/two");
    rot("other");

    JsonNode one = sync(0, "a/one");
    assertThat(one.path("path").asText()).isEqualTo("a/one");
    assertThat(one.path("in_step").asBoolean()).isTrue();
    assertThat(one.path("figures").path("differences_mended").asLong()).isEqualTo(1);
    assertThat(contents("a/one")).isEqualTo("contents of a/one\n");
    assertThat(contents("a/b/two")).isNotEqualTo("contents of a/b/two\n");

    // Made, removed, moved and changed with nobody watching.
    Files.createDirectories(primary.resolve("a/new/deep"));
    Files.writeString(primary.resolve("a/new/deep/file"), "new");
    Files.delete(primary.resolve("a/b/three"));
    Files.move(primary.resolve("a/b/two"), primary.resolve("a/two"));
    Files.writeString(primary.resolve("a/one"), "longer contents than before");
    assertThat(sync(0, primary.resolve("a").toString()).path("in_step").asBoolean()).isTrue();
    assertThat(contents("a/new/deep/file")).isEqualTo("new");
    assertThat(contents("a/two")).isEqualTo("contents of a/b/two\n");
    assertThat(contents("a/one")).isEqualTo("longer contents than before");
    assertThat(contents("other")).isNotEqualTo("contents of other\n");

    sync(0, "--no-wait", "other");
    Waits.until("it is mended", () -> contents("other").equals("contents of other\n"));
    assertThat(RsyncOracle.differences(primary.resolve("a"), secondary.resolve("a"))).isEmpty();
  }

  /**
   * What it finds at no name yet is compared when it has come there. (The name it had is not asked
   * for, so nothing puts its contents in doubt, as with what leaves one name before it comes to
   * another.)
   */
  @Test
  void contentsOfWhatMovedAreComparedAsWell() throws Exception {
    start();
    rot("other");
    Files.move(primary.resolve("other"), primary.resolve("a/moved"));
    assertThat(sync(0, "a").path("in_step").asBoolean()).isTrue();
    assertThat(contents("a/moved")).isEqualTo("contents of other\n");
    assertThat(RsyncOracle.differences(primary.resolve("a"), secondary.resolve("a"))).isEmpty();
  }

  @Test
  void whatThePrimaryHasNoMoreLeavesTheSecondary() throws Exception {
    start();
    Files.delete(primary.resolve("a/b/two"));
    Files.delete(primary.resolve("a/b/three"));
    Files.delete(primary.resolve("a/b"));
    // By a path below it, which the primary has no way to.
    sync(0, "a/b/two");
    assertThat(Files.exists(secondary.resolve("a/b"), LinkOption.NOFOLLOW_LINKS)).isFalse();

    byte[] odd = {'a', '/', (byte) 0xff};
    Program.check(
        "sh", "-c", "printf x > \"$1/$(printf '\\377')\"", "sh", primary.resolve("a").toString());
    sync(0, "--path-base64=" + Base64.getEncoder().encodeToString(odd));
    assertThat(
            Program.check(
                "sh",
                "-c",
                "cat \"$1/$(printf '\\377')\"",
                "sh",
                secondary.resolve("a").toString()))
        .isEqualTo("x");

    refused("nothing/there", "There is no nothing/there on the primary, and none on the secondary");
    refused("left/out", "leaves out left:");
    refused(".georep", "leaves out .georep:");
    refused("/etc/passwd", "is not in the primary");
    refused("a/../other", "without '..'");
  }

  private void refused(String path, String sentence) {
    Launcher.Result result = georep.run("sync", "s", path);
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.err()).contains(sentence);
  }

  @Test
  void withoutARunningSessionThisProcessDoesIt() throws Exception {
    georep.done(
        "replicate",
        "--once",
        "--name=s",
        "--capture=none",
        primary.toString(),
        secondary.toString());
    rot("other");
    Launcher.Result queued = georep.run("sync", "s", "--no-wait", "other");
    assertThat(queued.code()).isEqualTo(1);
    assertThat(queued.err()).contains("leave out --no-wait");
    Launcher.Result result = georep.run("sync", "s", "other");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).startsWith("other: ");
    assertThat(result.err()).contains("other is in step");
    assertThat(contents("other")).isEqualTo("contents of other\n");
  }
}
