package org.georep.name;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownTest {
  private static final long SEED = 77L;

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "gr\u00fcn, gr\u00fcn",
    "\ud83d\ude00, \ud83d\ude00",
    "a\\b, a\\\\b",
  })
  void printableStaysAsItIs(String text, String shown) {
    assertThat(Shown.of(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(shown);
  }

  @Test
  void theRestIsEscaped() {
    assertThat(Shown.of(bytes('a', '\n', '\t', '\r', 'b'))).isEqualTo("a\\n\\t\\rb");
    assertThat(Shown.of(bytes(0, 1, 0x1b, 0x7f))).isEqualTo("\\x00\\x01\\x1B\\x7F");
    assertThat(Shown.of(bytes(0xff, 'a', 0xc3))).isEqualTo("\\xFFa\\xC3");
    // NEL, a control character in UTF-8; a line separator; a mark that turns the direction.
    assertThat(Shown.of(bytes(0xc2, 0x85))).isEqualTo("\\xC2\\x85");
    assertThat(Shown.of(bytes(0xe2, 0x80, 0xa8))).isEqualTo("\\xE2\\x80\\xA8");
    assertThat(Shown.of(bytes(0xe2, 0x80, 0xae))).isEqualTo("\\xE2\\x80\\xAE");
    // An over-long form, half of a surrogate pair, beyond the last code point.
    assertThat(Shown.of(bytes(0xc0, 0xaf))).isEqualTo("\\xC0\\xAF");
    assertThat(Shown.of(bytes(0xed, 0xa0, 0x80))).isEqualTo("\\xED\\xA0\\x80");
    assertThat(Shown.of(bytes(0xf4, 0x90, 0x80, 0x80))).isEqualTo("\\xF4\\x90\\x80\\x80");
    assertThat(Shown.of(new byte[0])).isEmpty();
  }

  @Test
  void isOneLineOfPlainTextFromWhichTheBytesCanBeRead() {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      for (int j = 0; j < bytes.length; j++) {
        if (random.nextBoolean()) {
          bytes[j] =
              "\\xn4F\n\u00e2\u00c3".getBytes(StandardCharsets.ISO_8859_1)[random.nextInt(8)];
        }
      }
      String shown = Shown.of(bytes);
      assertThat(shown.codePoints())
          .allMatch(c -> !Character.isISOControl(c) && c != 0x2028 && c != 0x2029);
      assertThat(read(shown)).as("seed %d round %d: %s", SEED, i, shown).isEqualTo(bytes);
    }
  }

  private static byte[] read(String shown) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < shown.length(); ) {
      int point = shown.codePointAt(i);
      if (point != '\\') {
        String one = Character.toString(point);
        out.writeBytes(one.getBytes(StandardCharsets.UTF_8));
        i += one.length();
        continue;
      }
      char kind = shown.charAt(i + 1);
      i += 2;
      switch (kind) {
        case 'n' -> out.write('\n');
        case 't' -> out.write('\t');
        case 'r' -> out.write('\r');
        case '\\' -> out.write('\\');
        case 'x' -> {
          out.write(Integer.parseInt(shown.substring(i, i + 2), 16));
          i += 2;
        }
        default -> throw new AssertionError("unknown escape " + kind);
      }
    }
    return out.toByteArray();
  }
}
