package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.georep.replicator.session.ByteText;
import org.junit.jupiter.api.Test;

class RawArgumentsTest {
  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void theBytesAreTakenFromTheKernel() {
    String[] seen = {"replicate", "/da?", "", "h:/d"};
    String[] exact =
        RawArguments.recover(seen, latin("java\0-jar\0georep.jar\0replicate\0/da\377\0\0h:/d\0"));
    assertThat(exact).hasSize(4);
    assertThat(ByteText.bytes(exact[1])).isEqualTo(latin("/da\377"));
    assertThat(exact[0]).isEqualTo("replicate");
    assertThat(exact[2]).isEmpty();
    assertThat(exact[3]).isEqualTo("h:/d");
  }

  @Test
  void anotherCommandLineIsNotBelieved() {
    String[] seen = {"status", "x"};
    assertThat(RawArguments.recover(seen, latin("java\0@file\0"))).isEqualTo(seen);
    assertThat(RawArguments.recover(seen, latin("x\0"))).isEqualTo(seen);
    assertThat(RawArguments.recover(seen, latin(""))).isEqualTo(seen);
  }
}
