package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecondaryAddressTest {
  @ParameterizedTest
  @CsvSource({
    "host:/srv/x, '', host, 0, /srv/x",
    "host:x/y, '', host, 0, x/y",
    "host:., '', host, 0, .",
    "me@host:/srv, me, host, 0, /srv",
    "me@host:/with:colon and@sign, me, host, 0, /with:colon and@sign",
    "[::1]:/srv, '', ::1, 0, /srv",
    "me@[fe80::1%eth0]:/srv, me, fe80::1%eth0, 0, /srv",
    "ssh://host/srv, '', host, 0, /srv",
    "ssh://me@host:2222/srv, me, host, 2222, /srv",
    "ssh://me@[::1]:2222/srv, me, ::1, 2222, /srv"
  })
  @DisplayName("what names a host is reached by ssh")
  void ssh(String text, String user, String host, int port, String directory) {
    SecondaryAddress parsed = SecondaryAddress.parse(text);
    assertThat(parsed)
        .isEqualTo(
            new SecondaryAddress.Ssh(
                user.isEmpty() ? Optional.empty() : Optional.of(user),
                host,
                port == 0 ? OptionalInt.empty() : OptionalInt.of(port),
                directory.getBytes(StandardCharsets.UTF_8)));
    assertThat(SecondaryAddress.parse(parsed.describe())).isEqualTo(parsed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/srv/x", "x", "./a:b", "/srv/a:b", "x/y@z:w", "-x", "."})
  @DisplayName("what does not is a directory here")
  void local(String text) {
    assertThat(SecondaryAddress.parse(text))
        .isEqualTo(new SecondaryAddress.Local(text.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @CsvSource({
    "rsync://host/module, 'not by rsync'",
    "http://host/x, 'not by http'",
    "host::module/x, 'rsync daemon'",
    "host:, 'directory is missing'",
    "'', 'directory is missing'",
    "ssh://host, 'not of the form'",
    "ssh://host:0/x, '1 to 65535'",
    "ssh://host:99999/x, '1 to 65535'",
    "-oProxyCommand=x:/srv, 'not a host'",
    "-x@host:/srv, 'not a user'",
    "$(id)@host:/srv, 'not a user'",
    "ho st:/srv, 'not a host'",
    "'h`id`:/srv', 'not a host'",
    "'h;id:/srv', 'not a host'"
  })
  @DisplayName(
      "what can be neither, or looks like an option or a shell's word, is refused in words")
  void refused(String text, String words) {
    assertThatThrownBy(() -> SecondaryAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  @Test
  @DisplayName("a directory keeps its bytes, whatever they are")
  void bytes() {
    byte[] text = {'h', ':', '/', (byte) 0xff, (byte) 0xc3, '\n', '\''};
    SecondaryAddress parsed = SecondaryAddress.parse(text);
    assertThat(parsed.directory())
        .isEqualTo(new byte[] {'/', (byte) 0xff, (byte) 0xc3, '\n', '\''});
    assertThat(parsed.describe()).isEqualTo("h:/\\xFF\\xC3\\n'");
  }
}
