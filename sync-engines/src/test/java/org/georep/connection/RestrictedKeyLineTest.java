package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written to authorized_keys. */
class RestrictedKeyLineTest {
  private static String line(String agent, String directory) throws ConnectionException {
    byte[] bytes = directory.getBytes(StandardCharsets.ISO_8859_1);
    return new String(
        RestrictedKey.line(agent, bytes, "ssh-ed25519 AAAA label"), StandardCharsets.ISO_8859_1);
  }

  @Test
  void aPlainDirectoryCanBeRead() throws Exception {
    assertThat(line("georep agent", "/srv/my copy, 100%"))
        .isEqualTo(
            "restrict,command=\"georep agent --root '/srv/my copy, 100%'\""
                + " ssh-ed25519 AAAA label\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "it's",
        "a\"b",
        "a\\b",
        "\\",
        "a\nssh-rsa x",
        "$HOME",
        "`id`",
        "a!b",
        "\u00e9",
        "\r"
      })
  void anyOtherStandsInBase64(String directory) throws Exception {
    assertThat(line("georep agent", directory))
        .isEqualTo(
            "restrict,command=\"georep agent --root-base64 "
                + Base64.getEncoder()
                    .encodeToString(directory.getBytes(StandardCharsets.ISO_8859_1))
                + "\" ssh-ed25519 AAAA label\n");
  }

  @Test
  void theCommandIsOneLine() throws Exception {
    assertThat(line("\"/opt/my georep\" agent", "/x"))
        .startsWith("restrict,command=\"\\\"/opt/my georep\\\" agent --root '/x'\" ");
    assertThatThrownBy(() -> line("georep agent\nssh-rsa", "/x"))
        .isInstanceOf(ConnectionException.class);
  }
}
