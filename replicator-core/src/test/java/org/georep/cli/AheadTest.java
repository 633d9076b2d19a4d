package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.replicator.session.Settings;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class AheadTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private String primary = "";

  @BeforeEach
  void make() {
    primary = sandbox.directory("primary").toString();
  }

  private static Optional<Ahead.Way> way(String... words) {
    return Ahead.way(List.of(words));
  }

  @Test
  void theHostIsTheWordBehindTheVolume() {
    LinkOptions usual =
        new LinkOptions(List.of(), Optional.empty(), Optional.empty(), Settings.DEFAULTS.timeout());
    assertThat(way("replicate", primary, "alice@far:copy"))
        .contains(new Ahead.Way(SecondaryAddress.parse("alice@far:copy"), usual));
    assertThat(way("--state-dir", primary, "replicate", "--once", primary, "far:c", "--name=n"))
        .contains(new Ahead.Way(SecondaryAddress.parse("far:c"), usual));
  }

  @Test
  void itIsCalledAsTheOptionsSay() {
    List<String> words = new ArrayList<>(List.of("replicate", "--ssh-option", "Port=2222"));
    words.addAll(List.of("--ssh-option=Compression=no", "--timeout", "6s", "--agent-command=run"));
    words.addAll(List.of(primary, "ssh://far:2200/copy", "--ssh-key", "/etc/key"));
    assertThat(Ahead.way(words))
        .contains(
            new Ahead.Way(
                SecondaryAddress.parse("ssh://far:2200/copy"),
                new LinkOptions(
                    List.of("Port=2222", "Compression=no"),
                    Optional.of(Path.of("/etc/key")),
                    Optional.of("run"),
                    Duration.ofSeconds(6))));
  }

  @Test
  void nobodyIsCalledWhoMayNotBeMeant() {
    assertThat(way("replicate", primary, "/a/directory")).isEmpty();
    assertThat(way("replicate", "--exclude", "a/b", "far:c")).as("no volume").isEmpty();
    assertThat(way("replicate", primary + "/none", "far:c")).as("none there").isEmpty();
    assertThat(way("replicate", primary, "--exclude", "far:c")).as("an option's").isEmpty();
    assertThat(way("replicate", "--", primary, "far:c")).as("options are words").isEmpty();
    assertThat(way("replicate", primary)).isEmpty();
  }
}
