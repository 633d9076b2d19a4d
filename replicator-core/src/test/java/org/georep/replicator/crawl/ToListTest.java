package org.georep.replicator.crawl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.georep.name.Gfid;
import org.junit.jupiter.api.Test;

final class ToListTest {
  private static final Gfid A = Gfid.of(new byte[] {1});
  private static final Gfid B = Gfid.of(new byte[] {2});
  private static final Gfid C = Gfid.of(new byte[] {3});

  @Test
  void theLatestComesFirstAndEachOnce() {
    ToList list = new ToList();
    assertThat(list.isEmpty()).isTrue();
    list.addAll(List.of(A, B, A));
    assertThat(list.size()).isEqualTo(2);
    list.add(C);
    assertThat(list.take(2)).containsExactly(C, B);
    list.add(B);
    assertThat(list.take(5)).containsExactly(B, A);
    assertThat(list.isEmpty()).isTrue();
    list.add(A);
    assertThat(list.take(1)).containsExactly(A);
  }
}
