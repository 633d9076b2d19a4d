package org.georep.status.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {
  @ParameterizedTest
  @CsvSource({
    "9470,127.0.0.1:9470,true",
    ":9470,127.0.0.1:9470,true",
    "127.0.0.2:1,127.0.0.2:1,true",
    "[::1]:0,[0:0:0:0:0:0:0:1]:0,true",
    "0.0.0.0:80,0.0.0.0:80,false",
    "[::]:80,[0:0:0:0:0:0:0:0]:80,false",
    "192.0.2.7:65535,192.0.2.7:65535,false"
  })
  void loopbackUnlessAnAddressIsGiven(String text, String shown, boolean loopback) {
    ListenAddress address = ListenAddress.parse(text);
    assertThat(address).hasToString(shown);
    assertThat(address.isLoopback()).isEqualTo(loopback);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host", "127.0.0.1", "127.0.0.1:", ":x", "::1:80", "1:-1", "1:65536"})
  void others(String text) {
    assertThatThrownBy(() -> ListenAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsWrongIsSaid() {
    assertThatThrownBy(() -> ListenAddress.parse("::1:80")).hasMessageContaining("[ADDRESS]:PORT");
  }
}
