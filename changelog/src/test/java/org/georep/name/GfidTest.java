package org.georep.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GfidTest {
  private static final long SEED = 9L;

  private static Gfid random(Random random) {
    byte[] bytes = new byte[1 + random.nextInt(Gfid.MAX_LENGTH)];
    random.nextBytes(bytes);
    return Gfid.of(bytes);
  }

  @Test
  void comesBackFromItsText() {
    Random random = new Random(SEED);
    for (int i = 0; i < 1000; i++) {
      Gfid gfid = random(random);
      assertThat(Gfid.parse(gfid.toString())).isEqualTo(gfid).hasSameHashCodeAs(gfid);
      assertThat(Gfid.of(gfid.toBytes())).isEqualTo(gfid);
      assertThat(gfid.toString()).matches("[0-9a-f]{2,96}");
      Gfid other = random(random);
      assertThat(gfid.compareTo(other) == 0).isEqualTo(gfid.equals(other));
      assertThat(Integer.signum(gfid.compareTo(other)))
          .isEqualTo(-Integer.signum(other.compareTo(gfid)));
    }
  }

  @Test
  void hasALeastAndAGreatestLength() {
    assertThatThrownBy(() -> Gfid.of(new byte[0])).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Gfid.of(new byte[49])).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Gfid.parse("0")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Gfid.parse("zz")).isInstanceOf(IllegalArgumentException.class);
    assertThat(Gfid.of(new byte[48]).length()).isEqualTo(48);
  }

  @Test
  void isNotChangedThroughItsArrays() {
    byte[] bytes = {1, 2};
    Gfid gfid = Gfid.of(bytes);
    bytes[0] = 9;
    gfid.toBytes()[1] = 9;
    assertThat(gfid).hasToString("0102");
    byte[] target = new byte[3];
    gfid.copyTo(target, 1);
    assertThat(target).isEqualTo(new byte[] {0, 1, 2});
  }

  @Test
  void placesAndVolumes() {
    Gfid a = Gfid.parse("01");
    Place place = new Place(a, FileName.of("n\n"));
    assertThat(place).isEqualTo(new Place(Gfid.parse("01"), FileName.of("n\n")));
    assertThat(place).isNotEqualTo(new Place(Gfid.parse("02"), FileName.of("n\n")));
    assertThat(place).hasToString("01/n\\n");
    Set<VolumeId> volumes = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      volumes.add(VolumeId.fresh());
    }
    assertThat(volumes).hasSize(100);
  }
}
