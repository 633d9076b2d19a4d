package org.georep.changelog.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.junit.jupiter.api.Test;

class RecordCodecTest {
  private static final long SEED = 20260101;
  private final RecordCodec codec = new RecordCodec();

  @Test
  void everyKindComesBackAsItWas() throws Exception {
    Records records = new Records(SEED);
    for (int i = 1; i <= 5000; i++) {
      JournalRecord record =
          new JournalRecord(i % 7 == 0 ? Long.MAX_VALUE - i : i, records.instant(), records.next());
      assertThat(codec.decode(codec.toBytes(record))).as("seed %d", SEED).isEqualTo(record);
    }
  }

  @Test
  void largestAndSmallestPartsFit() throws Exception {
    byte[] name = new byte[255];
    Arrays.fill(name, (byte) 0xff);
    byte[] gfid = new byte[48];
    Place place = new Place(Gfid.of(gfid), FileName.of(name));
    JournalRecord rename =
        new JournalRecord(
            Long.MAX_VALUE,
            Instant.MAX,
            new ChangeRecord.Rename(place, place, Optional.of(Gfid.of(gfid))));
    assertThat(codec.decode(codec.toBytes(rename))).isEqualTo(rename);
    JournalRecord drained =
        new JournalRecord(1, Instant.MIN, new ChangeRecord.Drained(Instant.MIN));
    assertThat(codec.decode(codec.toBytes(drained))).isEqualTo(drained);
  }

  @Test
  void aLongReasonIsCutBetweenCharacters() throws Exception {
    for (int shift = 0; shift < 4; shift++) {
      String reason = "x".repeat(shift) + "\ud83d\ude00".repeat(5000);
      JournalRecord record = new JournalRecord(1, Instant.EPOCH, new ChangeRecord.Gap(reason));
      ChangeRecord.Gap back = (ChangeRecord.Gap) codec.decode(codec.toBytes(record)).change();
      assertThat(reason).startsWith(back.reason());
      assertThat(back.reason().length()).isGreaterThan(900);
    }
  }

  @Test
  void everyChangedBitAndEveryCutIsNoticed() {
    Records records = new Records(SEED);
    for (int i = 1; i <= 20; i++) {
      byte[] bytes = codec.toBytes(new JournalRecord(i, records.instant(), records.next()));
      for (int bit = 0; bit < bytes.length * 8; bit++) {
        byte[] changed = bytes.clone();
        changed[bit / 8] ^= (byte) (1 << (bit % 8));
        assertThatThrownBy(() -> codec.decode(changed))
            .as("seed %d, bit %d", SEED, bit)
            .isInstanceOf(DamagedRecordException.class);
      }
      for (int length = 0; length < bytes.length; length++) {
        byte[] cut = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> codec.decode(cut)).isInstanceOf(DamagedRecordException.class);
      }
    }
  }

  @Test
  void nonsenseWithARightChecksumIsOnlyEverDamaged() {
    Random random = new Random(SEED);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[2 + random.nextInt(60)];
      random.nextBytes(bytes);
      bytes[0] = (byte) RecordCodec.VERSION;
      bytes[1] = (byte) random.nextInt(12);
      byte[] sealed = sealed(bytes);
      try {
        JournalRecord record = codec.decode(sealed);
        assertThat(record.sequence()).isPositive();
      } catch (DamagedRecordException e) {
        assertThat(e).hasMessageNotContaining("checksum");
      }
    }
  }

  @Test
  void anotherVersionIsRefusedByName() {
    byte[] bytes = codec.toBytes(new JournalRecord(1, Instant.EPOCH, new ChangeRecord.Stopped()));
    byte[] body = Arrays.copyOf(bytes, bytes.length - 4);
    body[0] = 2;
    assertThatThrownBy(() -> codec.decode(sealed(body)))
        .isInstanceOf(DamagedRecordException.class)
        .hasMessageContaining("version 2");
  }

  @Test
  void aUsualRecordIsSmall() {
    Gfid gfid = Gfid.of(new byte[10]);
    JournalRecord record =
        new JournalRecord(
            1_000_000,
            Instant.ofEpochSecond(1_800_000_000, 123_456_789),
            new ChangeRecord.Entry(
                new Place(gfid, FileName.of("report-2026.odt")), Optional.of(gfid)));
    assertThat(codec.toBytes(record).length).isLessThan(64);
  }

  private static byte[] sealed(byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(body);
    byte[] sealed = Arrays.copyOf(body, body.length + 4);
    for (int i = 0; i < 4; i++) {
      sealed[body.length + i] = (byte) (crc.getValue() >>> (24 - 8 * i));
    }
    return sealed;
  }
}
