package org.georep.secondary.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LimboOriginsTest {
  private static final Gfid D = Gfid.of(new byte[] {1, 2});

  /** Of another length, and beginning as the other one does. */
  private static final Gfid E = Gfid.of(new byte[] {1, 2, 3});

  private Inventory inventory;
  private LimboOrigins origins;

  @BeforeEach
  void make() throws Exception {
    inventory = Inventory.inMemory();
    origins = inventory.limboOrigins();
  }

  @AfterEach
  void close() {
    inventory.close();
  }

  private static FileName name(String name) {
    return FileName.of(name);
  }

  private static Place at(Gfid directory, String name) {
    return new Place(directory, name(name));
  }

  private static List<String> list(Iterator<FileName> items) {
    List<String> all = new ArrayList<>();
    items.forEachRemaining(item -> all.add(item.toString()));
    return all;
  }

  @Test
  void itemsAreFoundByDirectoryAndByPlace() {
    origins.put(name("i1"), Optional.of(at(D, "a")));
    origins.put(name("i2"), Optional.of(at(D, "ab")));
    origins.put(name("i3"), Optional.of(at(D, "a")));
    origins.put(name("i4"), Optional.of(at(E, "a")));
    origins.put(name("i5"), Optional.empty());
    assertThat(list(origins.from(D))).containsExactlyInAnyOrder("i1", "i2", "i3");
    assertThat(list(origins.from(E))).containsExactly("i4");
    assertThat(list(origins.from(at(D, "a")))).containsExactly("i1", "i3");
    assertThat(list(origins.from(at(D, "ab")))).containsExactly("i2");
    assertThat(list(origins.from(at(D, "b")))).isEmpty();
    assertThat(origins.of(name("i2"))).contains(at(D, "ab"));
    assertThat(origins.of(name("i5"))).isEmpty();
    assertThat(origins.contains(name("i5"))).isTrue();
    assertThat(origins.of(name("i6"))).isEmpty();
    assertThat(origins.contains(name("i6"))).isFalse();
  }

  @Test
  void thePlaceNotedLastCounts() {
    origins.put(name("i1"), Optional.of(at(D, "a")));
    origins.put(name("i1"), Optional.of(at(E, "b")));
    assertThat(list(origins.from(D))).isEmpty();
    assertThat(list(origins.from(E))).containsExactly("i1");
    origins.put(name("i1"), Optional.empty());
    assertThat(list(origins.from(E))).isEmpty();
    assertThat(origins.contains(name("i1"))).isTrue();
    origins.remove(name("i1"));
    assertThat(origins.contains(name("i1"))).isFalse();
    assertThat(origins.isEmpty()).isTrue();
  }

  @Test
  void whatIsNotedMeanwhileChangesNoIteration() {
    for (int i = 100; i < 400; i++) {
      origins.put(name("i" + i), Optional.of(at(D, "n" + i)));
    }
    Iterator<FileName> all = origins.from(D);
    int met = 0;
    while (all.hasNext()) {
      FileName item = all.next();
      origins.remove(item);
      origins.put(name("later" + met), Optional.of(at(D, "z" + met)));
      met++;
    }
    assertThat(met).isEqualTo(300);
    assertThat(list(origins.from(D))).hasSize(300);
    origins.clear();
    assertThat(list(origins.from(D))).isEmpty();
    assertThat(origins.isEmpty()).isTrue();
  }
}
