package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.posix.NativeLibc;
import org.georep.testing.RsyncOracle;
import org.georep.testing.TreeManifest;
import org.georep.testing.TreeManifest.Aspect;

/**
 * Two oracles that know nothing of georep. Where holes are is left to tests of their own: a file
 * system may write zeros into what was merely allocated whenever it likes, so that an unchanged
 * primary's holes change.
 */
final class InStep {
  private InStep() {}

  static void check(Path primary, Path secondary, Aspect... without) throws Exception {
    Aspect[] leftOut = java.util.Arrays.copyOf(without, without.length + 1);
    leftOut[without.length] = Aspect.HOLES;
    assertThat(manifest(primary, leftOut).differences(manifest(secondary, leftOut))).isEmpty();
    if (without.length == 0) {
      assertThat(RsyncOracle.differences(primary, secondary)).isEmpty();
    }
  }

  /** What both say is different, where holes are left aside. */
  static List<String> differences(Path primary, Path secondary) throws Exception {
    List<String> all =
        new ArrayList<>(
            manifest(primary, Aspect.HOLES).differences(manifest(secondary, Aspect.HOLES)));
    all.addAll(RsyncOracle.differences(primary, secondary));
    return all;
  }

  /**
   * As {@link #check}, but for what lies at and below these paths, where something else is mounted
   * on the primary.
   */
  static void checkBeside(List<String> mountPoints, Path primary, Path secondary) throws Exception {
    List<String> differences =
        new ArrayList<>(
            manifest(primary, Aspect.HOLES).differences(manifest(secondary, Aspect.HOLES)));
    differences.removeIf(line -> mountPoints.stream().anyMatch(line::contains));
    assertThat(differences).isEmpty();
    String[] excluded =
        mountPoints.stream().map(path -> "--exclude=/" + path).toArray(String[]::new);
    assertThat(RsyncOracle.differences(primary, secondary, excluded)).isEmpty();
  }

  /**
   * Checks what holds where deletions are kept: all of the primary is there, and what is there
   * besides is not looked at.
   */
  static void checkKept(Path primary, Path secondary, String... options) {
    List<String> differences =
        new ArrayList<>(RsyncOracle.differences(primary, secondary, options));
    differences.removeIf(line -> line.startsWith("*deleting"));
    assertThat(differences).isEmpty();
  }

  static TreeManifest manifest(Path root, Aspect... without) throws Exception {
    return TreeManifest.of(
        NativeLibc.instance(), root.toString().getBytes(StandardCharsets.UTF_8), without);
  }
}
