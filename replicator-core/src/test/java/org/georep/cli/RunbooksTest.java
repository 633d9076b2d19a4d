package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.georep.posix.NativeLibc;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands of the runbooks, taken from their pages. */
final class RunbooksTest {
  private static final Path PAGES = Path.of("../deploy/runbooks");
  private static final String SECONDARY = "/srv/data-copy";
  private static final String PRIMARY = "/data";

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final ObjectMapper json = new ObjectMapper();
  private final Ending ending = Ending.onRequest();
  private CompletableFuture<Integer> session = CompletableFuture.completedFuture(0);

  @AfterEach
  void stop() throws Exception {
    ending.requestStop();
    session.get();
  }

  static List<Path> pages() throws Exception {
    try (Stream<Path> all = Files.list(PAGES)) {
      return all.filter(page -> !page.endsWith("README.md")).sorted().toList();
    }
  }

  /** The lines of its fenced blocks that are commands. */
  private static List<String> commands(Path page) throws Exception {
    List<String> commands = new ArrayList<>();
    boolean fenced = false;
    for (String line : Files.readAllLines(page)) {
      if (line.startsWith("```")) {
        fenced = !fenced;
      } else if (fenced && !line.startsWith("#")) {
        assertThat(line).as("%s", page).startsWith("georep ");
        commands.add(line.substring("georep ".length()));
      }
    }
    return commands;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandIsUnderstood(Path page) throws Exception {
    List<String> commands = commands(page);
    assertThat(commands).isNotEmpty();
    for (String command : commands) {
      Georep.commandLine(Ending.onRequest()).parseArgs(command.split(" "));
    }
    String index = Files.readString(PAGES.resolve("README.md"));
    assertThat(index).contains("](" + page.getFileName() + ")");
  }

  private String georep(String command) {
    return georep(Ending.onRequest(), command);
  }

  private String georep(Ending end, String command) {
    String[] words =
        Stream.concat(
                Arrays.stream(command.split(" ")).map(this::here),
                Stream.of("--state-dir", sandbox.path().resolve("state").toString()))
            .toArray(String[]::new);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Georep.run(words, new PrintWriter(out, true), new PrintWriter(err, true), end);
    assertThat(code).as("%s: %s%s", command, out, err).isZero();
    return out.toString();
  }

  private String here(String word) {
    return word.equals(SECONDARY) || word.equals(PRIMARY) ? sandbox.path() + word : word;
  }

  private boolean isActive() throws Exception {
    StringWriter out = new StringWriter();
    Georep.run(
        new String[] {
          "status", "data", "--json", "--state-dir", sandbox.path().resolve("state").toString()
        },
        new PrintWriter(out, true),
        new PrintWriter(new StringWriter(), true),
        Ending.onRequest());
    JsonNode status = json.readTree(out.toString()).path(0);
    return status.path("worker status").asText().equals("Active");
  }

  @Test
  void failoverAndFailbackAsTheyAreWritten() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "identities of all kinds need root");
    Path primary = sandbox.directory("data");
    Files.createDirectories(sandbox.path().resolve("srv"));
    Path secondary = sandbox.path().resolve("srv/data-copy");
    Files.writeString(primary.resolve("f"), "as replicated");
    session =
        CompletableFuture.supplyAsync(
            () -> {
              georep(ending, "replicate --name=data " + PRIMARY + " " + SECONDARY);
              return 0;
            });
    Waits.until("the session is Active", this::isActive);
    for (String command : commands(PAGES.resolve("failover.md"))) {
      georep(command);
    }
    assertThat(secondary.resolve("f")).hasContent("as replicated");
    Files.writeString(secondary.resolve("g"), "made on the secondary");
    for (String command : commands(PAGES.resolve("failback.md"))) {
      georep(command);
    }
    assertThat(primary.resolve("g")).hasContent("made on the secondary");
    assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
    Files.writeString(primary.resolve("h"), "made on the primary");
    georep("replicate --once --name=data " + PRIMARY + " " + SECONDARY);
    assertThat(secondary.resolve("h")).hasContent("made on the primary");
  }
}
