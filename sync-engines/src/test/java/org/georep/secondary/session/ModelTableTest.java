package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.posix.NativeLibc;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The histories that broke, or could break, one rule of the reconciliation each. {@code run ?} and
 * {@code kill ?} stand for many numbers of steps or changes up to a bound, and each history is run
 * with batches of one and many.
 */
class ModelTableTest {
  private static final int MOST_STEPS = 45;

  @BeforeEach
  void needsRoot() {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "owners and trusted attributes need root");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // 1 a directory is made, a crash comes before its contents, the replay finds it known
        "mkdir OUT/a; create OUT/a/b; drained; mv OUT/a VOL/a; cap; run ?; crash kill",
        "mkdir OUT/a; create OUT/a/b; drained; mv OUT/a VOL/a; cap; kill ?; run 45",
        // 2 hints are dropped while a directory is outside, and it returns known
        "mkdir VOL/a; mkdir VOL/a/b; create VOL/a/b/f; drained; chmod VOL/a/b/f; mv VOL/a OUT/a;"
            + " rm OUT/a/b/f; cap; run ?; mv OUT/a VOL/a",
        // 3 written outside during a gap, back from limbo
        "mkdir VOL/b; create VOL/b/a; drained; mv VOL/b OUT/c; write OUT/c/a; crash capture; run ?;"
            + " mv OUT/c VOL/c",
        // 4 data dirt belongs to the inode, not to the name
        "create VOL/a; cap; run ?; write VOL/a; mv VOL/a VOL/b",
        // 5 written in the gap with the mtime put back, or in the same tick
        "create VOL/b; drained; rewrite VOL/b; crash capture; run ?",
        "create VOL/b; cap; run ?; write VOL/b; crash capture",
        // 6 publishing spoils the mtime of directories that are not in the batch
        "mkdir VOL/d; create VOL/a; ln VOL/a VOL/d/a; drained; write VOL/a; crash capture; run ?",
        "mkdir VOL/d; create VOL/a; ln VOL/a VOL/d/a; drained; write VOL/a; cap; kill ?; run 45",
        // 7 a directory's attributes come with every change in it
        "create VOL/a; cap; run ?; rm VOL/a",
        // 8 an event in flight is not covered by the mark
        "create VOL/a; capture; run ?; create VOL/b; capture",
        // 9 an inode number is used again for something else
        "create VOL/c; drained; rm VOL/c; mkdir VOL/a; cap; run ?",
        // 10 stime does not pass a gap before its crawl is done
        "mkdir VOL/b; mkdir VOL/c; drained; mv VOL/b VOL/c/a; crash capture; create VOL/d; cap;"
            + " run ?; overflow; run ?",
        // 11 a listing of a directory that is not here yet counts for nothing
        "mkdir VOL/c; create VOL/a; mv VOL/a VOL/c/a; overflow; cap; run ?",
        // 14 attached beneath itself
        "mkdir VOL/a; mkdir VOL/a/b; mkdir VOL/a/b/c; drained; mv VOL/a/b VOL/b; mv VOL/a VOL/b/c/a;"
            + " cap; run ?; crash session",
        "mkdir VOL/a; mkdir VOL/a/b; drained; mv VOL/a/b VOL/x; mv VOL/a VOL/x/a; mv VOL/x VOL/a;"
            + " cap; run ?",
        // 15 a crash between re-links splits a link group
        "mkdir VOL/d; create VOL/a; ln VOL/a VOL/b; ln VOL/a VOL/d/c; drained; write VOL/a; cap;"
            + " kill ?; run 45",
        // 16 moved from unwalked to walked while the crawl runs
        "mkdir VOL/b; mkdir VOL/b/c; create VOL/b/c/f; mkdir VOL/a; drained; write VOL/b/c/f;"
            + " crash capture; run ?; mv VOL/b/c VOL/a/y; cap",
        // 17 limbo at a restart and during a crawl
        "mkdir VOL/z; mkdir VOL/a; create VOL/a/f; drained; mv VOL/a VOL/z/a; cap; kill ?; run 45",
        "mkdir VOL/z; mkdir VOL/a; create VOL/a/f; drained; mv VOL/a VOL/z/a; crash capture; run ?;"
            + " crash power",
        // 18 the inventory is older than the tree
        "mkdir VOL/d; create VOL/a; drained; ln VOL/a VOL/d/x; cap; kill ?; run 45; ln VOL/a VOL/z;"
            + " cap; run ?",
        "mkdir VOL/d; create VOL/a; drained; ln VOL/a VOL/d/x; cap; run ?; crash power;"
            + " ln VOL/a VOL/z; cap; run ?",
        // swap, cycle of three, rename over, a directory over an empty one
        "create VOL/a; create VOL/b; drained; exchange VOL/a VOL/b; cap; kill ?; run 45",
        "mkdir VOL/a; create VOL/a/f; mkdir VOL/b; drained; exchange VOL/a VOL/b; cap; run ?;"
            + " crash kill",
        "create VOL/a; create VOL/b; create VOL/c; drained; mv VOL/a VOL/x; mv VOL/b VOL/a;"
            + " mv VOL/c VOL/b; mv VOL/x VOL/c; cap; kill ?; run 45",
        "create VOL/a; create VOL/b; drained; mv VOL/a VOL/b; cap; kill ?; run 45",
        "mkdir VOL/a; create VOL/a/f; mkdir VOL/b; drained; mv VOL/a VOL/b; cap; run ?; crash power",
        "symlink VOL/a; create VOL/b; fifo VOL/c; drained; exchange VOL/a VOL/b; mv VOL/c VOL/a;"
            + " cap; kill ?; run 45",
      })
  void endsEqual(String history) throws Throwable {
    for (int batch : new int[] {1, 50}) {
      for (int steps = 1; steps <= MOST_STEPS; steps += 1 + steps / 5) {
        List<String> told = new ArrayList<>();
        try (Quick quick = new Quick()) {
          ModelWorld world = new ModelWorld(quick.root(), batch, false);
          for (String words : history.split("; *", -1)) {
            told.add(words.replace("?", String.valueOf(steps)));
            world.tell(told.get(told.size() - 1));
          }
          Optional<String> wrong = world.settle();
          assertThat(wrong.isPresent() ? wrong : world.compare())
              .as("batches of %d: %s", batch, told)
              .isEmpty();
          world.end();
        }
      }
    }
  }
}
