package org.georep.replicator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.georep.connection.SecondaryAddress;
import org.junit.jupiter.api.Test;

class NamesTest {
  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void bytesGoThroughTextWithoutLoss() {
    Random random = new Random(3);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      assertThat(ByteText.bytes(ByteText.of(bytes))).isEqualTo(bytes);
    }
    // A lone surrogate in UTF-8's form is not UTF-8: byte by byte.
    byte[] surrogate = latin("\355\262\200");
    assertThat(ByteText.bytes(ByteText.of(surrogate))).isEqualTo(surrogate);
    assertThat(ByteText.of("h\u00e9\ud83d\ude00".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("h\u00e9\ud83d\ude00");
    assertThat(ByteText.isPlain(latin("\377"))).isFalse();
  }

  @Test
  void aSessionsNameIsMadeOfBothEnds() {
    SecondaryAddress there = SecondaryAddress.parse("me@backup.example.org:/srv/copy");
    SessionName name = SessionName.between(latin("/data/photos"), there);
    assertThat(name.text()).startsWith("photos-to-backup.example.org-copy-").hasSizeLessThan(80);
    assertThat(SessionName.between(latin("/data/photos"), there)).isEqualTo(name);
    assertThat(SessionName.between(latin("/other/photos"), there)).isNotEqualTo(name);
    assertThat(
            SessionName.between(
                latin("/data/photos"), SecondaryAddress.parse("you@backup.example.org:/srv/copy")))
        .isNotEqualTo(name);
  }

  @Test
  void aSessionsNameIsAlwaysAFileName() {
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      byte[] path = new byte[1 + random.nextInt(300)];
      random.nextBytes(path);
      path[0] = '/';
      for (int j = 0; j < path.length; j++) {
        path[j] = path[j] == 0 ? 1 : path[j];
      }
      SessionName name = SessionName.between(path, new SecondaryAddress.Local(path));
      assertThat(SessionName.isName(name.text())).isTrue();
    }
    assertThat(SessionName.between(latin("/"), new SecondaryAddress.Local(latin("/"))).text())
        .startsWith("root-to-root-");
  }

  @Test
  void otherNamesAreRefused() {
    for (String wrong : List.of("", ".", "..", "a/b", "-x", "journal", "a b", "\u00e9", "x\n")) {
      assertThatThrownBy(() -> new SessionName(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no session name");
    }
    assertThatThrownBy(() -> new SessionName("x".repeat(81)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new SessionName("x".repeat(80)).text()).hasSize(80);
  }

  @Test
  void aVolumesNameIsItsPath() {
    assertThat(VolumeName.of(latin("/"))).isEqualTo("_");
    assertThat(VolumeName.of(latin("/srv/data-1.0"))).isEqualTo("_srv_data-1.0");
    assertThat(VolumeName.of(latin("/a_b%c d\377"))).isEqualTo("_a%5Fb%25c%20d%FF");
  }

  @Test
  void noTwoPathsHaveTheSameVolumeName() {
    Set<String> names = new HashSet<>();
    Set<String> paths = new HashSet<>();
    byte[] alphabet = latin("/_%-aF5~\377");
    Random random = new Random(9);
    for (int i = 0; i < 20_000; i++) {
      byte[] path = new byte[1 + random.nextInt(i % 10 == 0 ? 400 : 6)];
      for (int j = 0; j < path.length; j++) {
        path[j] = alphabet[random.nextInt(alphabet.length)];
      }
      String name = VolumeName.of(path);
      assertThat(name).hasSizeLessThanOrEqualTo(200).matches("[A-Za-z0-9._%-]+");
      assertThat(names.add(name)).isEqualTo(paths.add(Arrays.toString(path)));
    }
  }

  @Test
  void theNearestNameIsFound() {
    List<String> known = List.of("sync-jobs", "bwlimit", "timeout");
    assertThat(NearestName.to("sync_job", known)).contains("sync-jobs");
    assertThat(NearestName.to("bw-limit", known)).contains("bwlimit");
    assertThat(NearestName.to("colour", known)).isEmpty();
    assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
  }
}
