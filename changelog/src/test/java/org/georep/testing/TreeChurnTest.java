package org.georep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.testing.TreeManifest.Aspect.MTIME;

import java.nio.file.Path;
import java.util.List;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TreeChurnTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();

  @Test
  void theSameSeedDoesTheSame() throws Exception {
    Path one = sandbox.directory("one");
    Path two = sandbox.directory("two");
    TreeChurn first = new TreeChurn(libc, RawPath.toBytes(one), 5);
    TreeChurn second = new TreeChurn(libc, RawPath.toBytes(two), 5);
    first.run(1000);
    second.run(1000);
    assertThat(second.log()).isEqualTo(first.log());
    TreeManifest manifest = TreeManifest.of(libc, RawPath.toBytes(one), MTIME);
    assertThat(manifest.differences(TreeManifest.of(libc, RawPath.toBytes(two), MTIME))).isEmpty();

    TreeChurn other = new TreeChurn(libc, RawPath.toBytes(sandbox.directory("three")), 6);
    other.run(1000);
    assertThat(other.log()).isNotEqualTo(first.log());
  }

  @Test
  void everyKindOfStepSucceedsAtTimes() throws Exception {
    TreeChurn churn = new TreeChurn(libc, sandbox.bytes(), 1);
    churn.run(4000);
    for (TreeChurn.Step step : TreeChurn.Step.values()) {
      List<String> lines =
          churn.log().stream().filter(line -> line.contains(" " + step + " ")).toList();
      assertThat(lines)
          .as("%s", step)
          .anyMatch(line -> !line.contains("refused") && !line.contains("found nothing"));
    }
    long refused = churn.log().stream().filter(line -> line.contains(" refused: ")).count();
    assertThat(refused).isLessThan(2000);
    TreeManifest manifest = TreeManifest.of(libc, sandbox.bytes());
    assertThat(manifest.size()).isGreaterThan(100);
    for (String type : List.of("file", "directory", "symlink", "fifo", "socket", "block device")) {
      if (libc.geteuid() == 0 || !type.equals("block device")) {
        assertThat(manifest.lines()).anyMatch(line -> line.contains("type=" + type));
      }
    }
    assertThat(manifest.lines()).anyMatch(line -> line.contains("links="));
    assertThat(manifest.lines()).anyMatch(line -> line.contains("posix_acl_default"));
  }

  @Test
  void takesOnlyTheStepsItIsGiven() throws Exception {
    TreeChurn churn =
        new TreeChurn(libc, sandbox.bytes(), 2)
            .only(TreeChurn.Step.CREATE, TreeChurn.Step.MKDIR, TreeChurn.Step.UNLINK)
            .without(TreeChurn.Step.UNLINK);
    churn.run(100);
    assertThat(churn.log()).allMatch(line -> line.matches("(?s)\\d+ (CREATE|MKDIR) .*"));
  }
}
