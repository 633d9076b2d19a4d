package org.georep.replicator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rates by the time of day. */
class RateScheduleTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10MB/s | 10MB/s",
        "none | none",
        "unlimited | none",
        "08:00-18:00=2MiB, else unlimited | 08:00-18:00=2MiB/s, else none",
        "8:00 - 18:00 = 2MiB/s | 08:00-18:00=2MiB/s, else none",
        "22:00-06:00=none, else 8Mbit/s | 22:00-06:00=none, else 1MB/s",
        "00:00-08:00=1MiB/s,08:00-24:00=2MiB/s | 00:00-08:00=1MiB/s, 08:00-24:00=2MiB/s, else none",
        "18:00-0:00=1MiB/s | 18:00-24:00=1MiB/s, else none"
      })
  void isWrittenInOneForm(String text, String form) {
    assertThat(RateSchedule.parse(text)).hasToString(form);
    assertThat(RateSchedule.parse(form)).isEqualTo(RateSchedule.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "07:59:59, none",
    "08:00, 2MiB/s",
    "12:00, 2MiB/s",
    "17:59:59.999, 2MiB/s",
    "18:00, none",
    "21:59, none",
    "22:00, 1MiB/s",
    "23:59:59, 1MiB/s",
    "00:00, 1MiB/s",
    "05:59, 1MiB/s",
    "06:00, none"
  })
  void holdsAtATimeOfDay(String time, String rate) {
    RateSchedule schedule = RateSchedule.parse("08:00-18:00=2MiB/s, 22:00-06:00=1MiB/s, else none");
    assertThat(schedule.at(LocalTime.parse(time))).hasToString(rate);
  }

  @Test
  void oneRateHoldsAllDay() {
    assertThat(RateSchedule.parse("1MB/s").at(LocalTime.MIDNIGHT)).isEqualTo(Rate.parse("1MB/s"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "fast | 'fast' is no rate",
        "08:00-18:00=fast | 'fast' is no rate",
        "08:00-18:00= | is no rate",
        "08:00=1MB/s | '08:00=1MB/s' is no span",
        "08-18=1MB/s | '08' is no time of day",
        "08:00-25:00=1MB/s | '25:00' is no time of day",
        "08:00-24:01=1MB/s | '24:01' is no time of day",
        "08:60-09:00=1MB/s | '08:60' is no time of day",
        "08:00-08:00=1MB/s | has no length",
        "00:00-0:00=1MB/s | has no length",
        "24:00-08:00=1MB/s | has no length",
        "else 1MB/s | 'else 1MB/s' stands last, after a span",
        "else 1MB/s, 08:00-18:00=2MB/s | stands last",
        "08:00-18:00=2MB/s, else 1MB/s, else none | stands last",
        "08:00-18:00=2MB/s, | '' is no span",
        "1MB/s, 2MB/s | '1MB/s' is no span",
        "08:00-18:00=1MB/s, 17:00-19:00=2MB/s | 08:00-18:00 and 17:00-19:00 overlap",
        "22:00-06:00=1MB/s, 05:00-07:00=2MB/s | overlap",
        "08:00-18:00=1MB/s, 09:00-10:00=2MB/s | overlap"
      })
  void saysWhatIsWrong(String text, String message) {
    assertThatThrownBy(() -> RateSchedule.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
