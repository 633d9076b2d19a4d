package org.georep.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.georep.testing.ChurnNames;
import org.junit.jupiter.api.Test;

class EntryPathTest {
  private static final long SEED = 4_711L;

  @Test
  void theRootIsEmpty() {
    assertThat(EntryPath.parse("")).isSameAs(EntryPath.ROOT);
    assertThat(EntryPath.of(List.of())).isSameAs(EntryPath.ROOT);
    assertThat(EntryPath.ROOT.isRoot()).isTrue();
    assertThat(EntryPath.ROOT.toBytes()).isEmpty();
    assertThat(EntryPath.ROOT).hasToString(".");
  }

  @Test
  void whatIsNoPath() {
    for (String bad : new String[] {"/", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\0b"}) {
      assertThatThrownBy(() -> EntryPath.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void randomPathsComeBackFromTheirBytes() {
    Random random = new Random(SEED);
    ChurnNames names = new ChurnNames(random);
    for (int i = 0; i < 2000; i++) {
      List<FileName> parts = new ArrayList<>();
      EntryPath path = EntryPath.ROOT;
      for (int depth = random.nextInt(40); depth > 0; depth--) {
        FileName name = names.next();
        EntryPath above = path;
        parts.add(name);
        path = path.resolve(name);
        assertThat(path.startsWith(above)).isTrue();
        assertThat(above.startsWith(path)).isFalse();
      }
      assertThat(path.names()).isEqualTo(parts);
      assertThat(EntryPath.of(parts)).isEqualTo(path).hasSameHashCodeAs(path);
      assertThat(EntryPath.parse(path.toBytes())).as("seed %d round %d", SEED, i).isEqualTo(path);
      assertThat(Base64.getDecoder().decode(path.toBase64())).isEqualTo(path.toBytes());
      assertThat(path.isRoot()).isEqualTo(parts.isEmpty());
    }
  }

  @Test
  void beneathIsByWholeNames() {
    assertThat(EntryPath.parse("ab/c").startsWith(EntryPath.parse("a"))).isFalse();
    assertThat(EntryPath.parse("a/c").startsWith(EntryPath.parse("a"))).isTrue();
    assertThat(EntryPath.parse("a").startsWith(EntryPath.parse("a"))).isTrue();
    assertThat(EntryPath.parse("a").startsWith(EntryPath.ROOT)).isTrue();
  }

  @Test
  void isNotChangedThroughItsNames() {
    List<FileName> names = new ArrayList<>(List.of(FileName.of("a")));
    EntryPath path = EntryPath.of(names);
    names.add(FileName.of("b"));
    assertThat(path).isEqualTo(EntryPath.parse("a"));
    assertThatThrownBy(() -> path.names().add(FileName.of("b")))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
