package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.georep.posix.NativeLibc;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Going over to the secondary, and back, on real trees. */
final class FailoverVerbTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final ObjectMapper json = new ObjectMapper();
  private final Ending ending = Ending.onRequest();
  private CompletableFuture<Result> session = CompletableFuture.completedFuture(null);
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");

  private record Result(int code, String out, String err) {}

  @BeforeEach
  void make() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "identities of all kinds need root");
    primary = sandbox.directory("primary");
    secondary = sandbox.path().resolve("secondary");
    Files.createDirectories(primary.resolve("a/b"));
    Files.writeString(primary.resolve("a/b/deep"), "deep contents");
    Files.writeString(primary.resolve("top"), "top contents");
  }

  @AfterEach
  void stop() throws Exception {
    ending.requestStop();
    session.get();
  }

  private Result georep(String... args) {
    return georep(Ending.onRequest(), args);
  }

  private Result georep(Ending end, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all = Arrays.copyOf(args, args.length + 2);
    all[args.length] = "--state-dir";
    all[args.length + 1] = sandbox.path().resolve("state").toString();
    int code = Georep.run(all, new PrintWriter(out, true), new PrintWriter(err, true), end);
    return new Result(code, out.toString(), err.toString());
  }

  private Result once() {
    return georep("replicate", "--once", "--name=s", primary.toString(), secondary.toString());
  }

  private JsonNode promote(Path root) throws Exception {
    Result result = georep("promote", root.toString(), "--json");
    assertThat(result.code()).as(result.err()).isZero();
    return json.readTree(result.out());
  }

  private boolean isInStep() throws Exception {
    JsonNode status = json.readTree(georep("status", "s", "--json").out()).path(0);
    return status.path("worker status").asText().equals("Active")
        && status.path("lag_seconds").isNumber()
        && status.path("lag_seconds").asDouble() == 0;
  }

  @Test
  void promotedItIsWholeAndOpenToNoSession() throws Exception {
    assertThat(once().code()).isZero();
    JsonNode promoted = promote(secondary);
    assertThat(promoted.path("epoch").asLong()).isEqualTo(1);
    assertThat(promoted.path("session").asText()).isEqualTo("s");
    assertThat(promoted.path("complete_up_to").isNumber()).isTrue();
    assertThat(promoted.path("missing_known").asBoolean()).isTrue();
    for (String none : new String[] {"incomplete_directories", "outdated_files", "set_aside"}) {
      assertThat(promoted.path(none).asLong(-1)).as(none).isZero();
    }
    assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
    Result refused = once();
    assertThat(refused.code()).isEqualTo(15);
    assertThat(refused.err()).contains("georep failback s", "georep session delete s");
    JsonNode again = promote(secondary);
    assertThat(again.path("promoted_before").asBoolean()).isTrue();
    assertThat(again.path("epoch").asLong()).isEqualTo(1);
  }

  @Test
  void theWorkerOfAPrimaryThatIsNotGoneEnds() throws Exception {
    session =
        CompletableFuture.supplyAsync(
            () ->
                georep(ending, "replicate", "--name=s", primary.toString(), secondary.toString()));
    Waits.until("the session is in step", this::isInStep);
    JsonNode promoted = promote(secondary);
    assertThat(promoted.path("agent_ended").asBoolean()).isTrue();
    assertThat(session.get().code()).isEqualTo(15);
    assertThat(session.get().err()).contains("was promoted at");
  }

  @Test
  void whatIsNoSecondaryIsNotPromoted() {
    Result refused = georep("promote", primary.toString());
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("is no secondary");
  }
}
