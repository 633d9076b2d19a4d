package org.georep.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A session whose key is good for its secondary alone gets another such key. */
@Plays("rotating-keys.md")
final class RotatingKeysRunbookTest {
  private static final String PAGE = "rotating-keys.md";

  @RegisterExtension static final Stage stage = new Stage();

  private static void accept(String publicKey) throws Exception {
    Path keys = stage.secondary().home().resolve(".ssh/authorized_keys");
    Files.writeString(
        keys,
        "restrict,command=\"georep agent --root "
            + stage.secondary().path("/srv/data-copy")
            + "\" "
            + publicKey);
  }

  @Test
  void theNewOneIsUsedAndTheOldOneIsRefused() throws Exception {
    Host p = stage.primary();
    Files.createDirectories(p.path("/data"));
    p.done("ssh-keygen -q -t ed25519 -N '' -C data -f /etc/georep/key");
    accept(Files.readString(p.path("/etc/georep/key.pub")));
    p.done("georep session create data /data s.example:/srv/data-copy --ssh-key /etc/georep/key");
    stage.goOn();
    Path other = stage.secondary().sshd().identityFile().resolveSibling("authorized_keys");
    Files.writeString(other, "");

    Typed made = stage.type(PAGE, "make it");
    String key = Files.readString(p.path("/etc/georep/key-new.pub")).strip();
    assertThat(made.of("cat /etc/georep/key-new.pub")).contains(key);
    stage.placeholder("ssh-ed25519 AAAA... data-new", key);
    stage.type(PAGE, "as the old one is there");
    stage.type(PAGE, "Use it.");
    p.awaitState("data", "Active");
    stage.arrives("by-the-new-key");
    assertThat(stage.type(PAGE, "When the session is Active again").of("georep doctor data"))
        .contains("accepts the key");
    assertThat(Files.readAllLines(stage.secondary().home().resolve(".ssh/authorized_keys")))
        .singleElement()
        .asString()
        .endsWith(key);
    p.done("georep session config data ssh-key /etc/georep/key");
    stage.until(
        "the old one is refused", () -> p.monitor().said().contains("the worker ended with 12"));
  }
}
