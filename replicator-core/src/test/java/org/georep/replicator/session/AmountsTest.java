package org.georep.replicator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AmountsTest {
  @Test
  void sizesAreReadAndWritten() {
    assertThat(Size.parse("4096").bytes()).isEqualTo(4096);
    assertThat(Size.parse("64MiB").bytes()).isEqualTo(64L << 20);
    assertThat(Size.parse("64 mib").bytes()).isEqualTo(64L << 20);
    assertThat(Size.parse("10M").bytes()).isEqualTo(10L << 20);
    assertThat(Size.parse("10MB").bytes()).isEqualTo(10_000_000);
    assertThat(Size.parse("1.5GB").bytes()).isEqualTo(1_500_000_000);
    assertThat(new Size(64L << 20)).hasToString("64MiB");
    assertThat(new Size(10_000_000)).hasToString("10MB");
    assertThat(new Size(4097)).hasToString("4097");
    assertThat(new Size(0)).hasToString("0");
    for (String wrong : List.of("", "x", "-1", "1XB", "1e3", "1 2", "99999999T", "0x10")) {
      assertThatThrownBy(() -> Size.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + wrong + "'");
    }
  }

  @Test
  void freeSpaceIsAShareOrASize() {
    for (String text : List.of("1%", "2.5%", "100%", "10GiB", "0")) {
      assertThat(FreeSpace.format(FreeSpace.parse(text))).isEqualTo(text);
    }
    assertThat(FreeSpace.parse("1%").of(1_000_000)).isEqualTo(10_000);
    assertThat(FreeSpace.parse("64KiB").of(1_000_000)).isEqualTo(65_536);
    for (String wrong : List.of("", "101%", "1.234%", "-1%", "many")) {
      assertThatThrownBy(() -> FreeSpace.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("10GiB");
    }
  }

  @Test
  void ratesAreReadAndWritten() {
    assertThat(Rate.parse("10MB/s").bytesPerSecond()).isEqualTo(10_000_000);
    assertThat(Rate.parse("512KiB").bytesPerSecond()).isEqualTo(512 << 10);
    assertThat(Rate.parse("100Mbit/s").bytesPerSecond()).isEqualTo(12_500_000);
    assertThat(Rate.parse("8bit/s").bytesPerSecond()).isEqualTo(1);
    assertThat(Rate.parse("none")).isEqualTo(Rate.UNLIMITED).hasToString("none");
    assertThat(Rate.parse("10MB/s")).hasToString("10MB/s");
    for (String wrong : List.of("", "0", "7bit/s", "fast", "10/h")) {
      assertThatThrownBy(() -> Rate.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("10MB/s");
    }
  }

  @Test
  void durationsAreReadAndWritten() {
    assertThat(Span.parse("15s")).isEqualTo(Duration.ofSeconds(15));
    assertThat(Span.parse("500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(Span.parse("1h30m")).isEqualTo(Duration.ofMinutes(90));
    assertThat(Span.parse("1.5h")).isEqualTo(Duration.ofMinutes(90));
    assertThat(Span.parse("0s")).isZero();
    assertThat(Span.format(Duration.ofMinutes(90))).isEqualTo("1h30m");
    assertThat(Span.format(Duration.ZERO)).isEqualTo("0s");
    for (String wrong : List.of("", "15", "s", "1m1h", "1s1s", "-1s", "1w", "PT1S")) {
      assertThatThrownBy(() -> Span.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no duration");
    }
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      Size size = new Size(random.nextLong() >>> (1 + random.nextInt(62)));
      if (size.bytes() < 1_000_000_000_000_000_000L) {
        assertThat(Size.parse(size.toString())).isEqualTo(size);
      }
      Duration span = Duration.ofMillis(random.nextLong() >>> (30 + random.nextInt(33)));
      assertThat(Span.parse(Span.format(span))).isEqualTo(span);
    }
  }
}
