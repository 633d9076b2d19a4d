package org.georep.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GreetingTest {
  private static final String TICKET = "0123456789abcdef0123456789abcdef";

  @Test
  @DisplayName("the line of each greeting parses to it, and not a byte behind it is taken")
  void lines() throws Exception {
    byte[] root = {'/', (byte) 0xff, ' ', '\n', '\''};
    for (Greeting greeting :
        new Greeting[] {
          new Greeting.Session(Duration.ofSeconds(30), new Protocols(2, 3)),
          new Greeting.Session(Duration.ofSeconds(30), Protocols.only(2)),
          new Greeting.Probe(new Protocols(2, 3)),
          new Greeting.Probe(Protocols.only(2)),
          new Greeting.Data(root, TICKET)
        }) {
      byte[] line = greeting.toLine();
      byte[] more = new byte[line.length + 3];
      System.arraycopy(line, 0, more, 0, line.length);
      InputStream in = new ByteArrayInputStream(more);
      Greeting back = Greeting.parse(Greeting.readLine(in));
      assertThat(back).usingRecursiveComparison().isEqualTo(greeting);
      assertThat(in.readAllBytes()).hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SSH-2.0-OpenSSH_9.2p1",
        "georep-session",
        "georep-session 2",
        "georep-session 2 soon",
        "georep-session 2 99",
        "georep-session 2 -5",
        "georep-session 2 30000 more",
        "georep-session 2 30000 3",
        "georep-session 0 30000",
        "georep-session 9 30000 2 new",
        "georep-probe 3 2 1",
        "georep-data " + Greeting.DATA_FORM + " Li4= " + TICKET + "0",
        "georep-data " + Greeting.DATA_FORM + " Li4= ../../../../../../../etc/passwd0",
        "georep-data " + Greeting.DATA_FORM + " !!!! " + TICKET,
        "georep-other 1"
      })
  @DisplayName("any other line is refused")
  void refused(String line) {
    assertThatThrownBy(() -> Greeting.parse(line)).isInstanceOf(ProtocolException.class);
  }

  @Test
  @DisplayName("a line without end is given up")
  void endless() {
    assertThatThrownBy(() -> Greeting.readLine(new ByteArrayInputStream(new byte[100_000])))
        .isInstanceOf(ProtocolException.class);
    byte[] cut = "georep-ses".getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> Greeting.readLine(new ByteArrayInputStream(cut)))
        .isInstanceOf(EOFException.class);
  }
}
