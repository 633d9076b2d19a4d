package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.georep.connection.SecondaryAddress;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.replicator.session.SessionConfiguration;
import org.georep.replicator.session.SessionDirectory;
import org.georep.replicator.session.SessionFile;
import org.georep.replicator.session.SessionName;
import org.georep.replicator.session.Settings;
import org.georep.replicator.session.StateDirectory;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a worker answers who tells it that its configuration changed. */
class ReloadOperationTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @Test
  void whoComesSecondHearsTheSame() throws Exception {
    Libc libc = NativeLibc.instance();
    SessionName name = new SessionName("r");
    SessionDirectory session = new StateDirectory(sandbox.path().resolve("state")).session(name);
    session.make();
    LiveSettings live = new LiveSettings(Settings.DEFAULTS, Clock.systemUTC());
    ControlSocket.Handler reload =
        Objects.requireNonNull(
            new ReloadOperation(libc, session, live).with(Map.of()).get("reload"));
    new SessionFile(libc, session.yaml())
        .write(
            new SessionConfiguration(
                UUID.randomUUID(),
                name,
                Path.of("/data"),
                SecondaryAddress.parse("backup:/data"),
                Settings.DEFAULTS.toBuilder().crawlLimit(7).build()));

    JsonNode monitor = reload.handle(JsonNodeFactory.instance.objectNode());
    assertThat(live.crawlLimit()).hasValue(7);
    assertThat(monitor.path("complete").asBoolean()).isTrue();
    assertThat(monitor.path("live"))
        .extracting(JsonNode::asText)
        .containsExactly("bwlimit", "crawl-limit", "filter");
    assertThat(reload.handle(JsonNodeFactory.instance.objectNode())).isEqualTo(monitor);
  }
}
