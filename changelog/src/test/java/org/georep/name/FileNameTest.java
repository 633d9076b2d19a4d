package org.georep.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.georep.testing.ChurnNames;
import org.junit.jupiter.api.Test;

class FileNameTest {
  private static final long SEED = 20_240_901L;

  @Test
  void everyByteButTwoMakesAName() {
    for (int b = 0; b < 256; b++) {
      byte[] name = {'x', (byte) b};
      if (b == 0 || b == '/') {
        assertThatThrownBy(() -> FileName.of(name)).isInstanceOf(IllegalArgumentException.class);
      } else {
        assertThat(FileName.of(name).toBytes()).isEqualTo(name);
      }
    }
  }

  @Test
  void whatIsNoName() {
    for (String bad : new String[] {"", ".", "..", "/", "a/b", "a\0", "x".repeat(256)}) {
      assertThatThrownBy(() -> FileName.of(bad))
          .as("'%s'", bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String good : new String[] {"...", ".a", "..a", "a.", " ", "x".repeat(255)}) {
      assertThat(FileName.of(good).length()).isEqualTo(good.length());
    }
  }

  @Test
  void isNotChangedThroughItsArrays() {
    byte[] bytes = {'a', 'b'};
    FileName name = FileName.of(bytes);
    bytes[0] = 'z';
    name.toBytes()[1] = 'z';
    assertThat(name).isEqualTo(FileName.of("ab")).hasToString("ab");
    assertThat(name.toNulTerminated()).isEqualTo(new byte[] {'a', 'b', 0});
    byte[] target = new byte[4];
    name.copyTo(target, 1);
    assertThat(target).isEqualTo(new byte[] {0, 'a', 'b', 0});
  }

  @Test
  void ordersByUnsignedBytes() {
    List<FileName> names = new ArrayList<>();
    for (int b = 255; b > 0; b--) {
      if (b != '/' && b != '.') {
        names.add(FileName.of(new byte[] {(byte) b}));
      }
    }
    Collections.sort(names);
    int before = 0;
    for (FileName name : names) {
      int b = name.toBytes()[0] & 0xff;
      assertThat(b).isGreaterThan(before);
      before = b;
    }
    assertThat(FileName.of("a")).isLessThan(FileName.of("aa"));
  }

  @Test
  void randomNamesAreEqualExactlyWhenTheirBytesAre() {
    ChurnNames names = new ChurnNames(new Random(SEED));
    for (int i = 0; i < 3000; i++) {
      FileName a = names.next();
      FileName b = names.next();
      FileName again = FileName.of(a.toBytes());
      assertThat(again).isEqualTo(a).hasSameHashCodeAs(a);
      assertThat(a.compareTo(again)).isZero();
      boolean same = Arrays.equals(a.toBytes(), b.toBytes());
      assertThat(a.equals(b)).isEqualTo(same);
      assertThat(a.compareTo(b) == 0).isEqualTo(same);
      assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
      assertThat(a.toString().equals(b.toString())).as("%s shown", a).isEqualTo(same);
      assertThat(Base64.getDecoder().decode(a.toBase64())).isEqualTo(a.toBytes());
    }
  }

  @Test
  void textIsUtf8() {
    assertThat(FileName.of("\u00e9").toBytes())
        .isEqualTo("\u00e9".getBytes(StandardCharsets.UTF_8));
  }
}
