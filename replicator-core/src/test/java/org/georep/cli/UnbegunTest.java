package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A run that cannot begin leaves why in the status. */
final class UnbegunTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private JsonNode status(Launcher georep) throws Exception {
    return new ObjectMapper().readTree(georep.run("status", "s", "--json").out()).path(0);
  }

  @Test
  void itIsFaultyAndSaysWhy() throws Exception {
    Launcher georep = new Launcher(sandbox.path().resolve("state"));
    Path primary = sandbox.directory("primary");
    Launcher.Result result =
        georep.run(
            "replicate",
            "--once",
            "--name=s",
            "--ssh-option=Port=1",
            "--agent-command=georep agent",
            primary.toString(),
            "127.0.0.1:/nowhere");
    assertThat(result.code()).as(result.err()).isEqualTo(13);
    JsonNode unreachable = status(georep);
    assertThat(unreachable.path("worker status").asText()).isEqualTo("Faulty");
    assertThat(unreachable.path("reason").asText()).contains("127.0.0.1");

    Files.delete(primary.resolve(".georep/volume"));
    Launcher.Result swapped = georep.run("worker", "s");
    assertThat(swapped.code()).as(swapped.err()).isEqualTo(14);
    JsonNode refused = status(georep);
    assertThat(refused.path("worker status").asText()).isEqualTo("Faulty");
    assertThat(swapped.err()).contains(refused.path("reason").asText());
  }
}
