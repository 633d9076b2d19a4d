package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.georep.testing.JavaProgram;
import org.georep.testing.LoopImage;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an earlier version left is opened by this one, which goes on with it. Recordings are images
 * of a file system, since files are known by their inodes; {@code deploy/record-upgrade} makes
 * them. Each is mounted at the path it was recorded at, in a namespace of its own.
 */
class UpgradeTest {
  private static final Path RECORDED = Path.of("/tmp/georep-recorded");

  private static final String SCRIPT =
      """
      image=$1; shift
      at=/tmp/georep-recorded
      mount -o loop "$image" $at
      georep() { "$@" --state-dir $at/state; }
      same() {
        rsync -aHAXn --numeric-ids --modify-window=-1 --delete --checksum --itemize-changes \
          '--filter=-x trusted.georep.*' '--filter=-x user.georep.*' --exclude=/.georep \
          '--exclude=*.tmp' $at/primary/ $at/secondary/ >$at/differences
        test ! -s $at/differences || { cat $at/differences; exit 1; }
      }
      synced() { grep -o '"files_syncd" *: *[0-9]*' $at/state/recorded/*.status; }
      reached() { grep -o COMPLETED $at/state/recorded/*.checkpoints | grep -c .; }
      once() {
        georep "$@" replicate $at/primary $at/secondary --name recorded '--exclude=*.tmp' --once
      }
      echo "records $(georep "$@" journal show recorded | grep -c .)"
      before=$(synced); inode=$(stat -c %i $at/secondary/some/moved)
      once "$@"
      same
      test "$before" = "$(synced)" && echo 'no contents were sent'
      test "$inode" = "$(stat -c %i $at/secondary/some/moved)" && echo 'files are known'
      echo "checkpoints $(reached)"
      mv $at/primary/some/directory $at/primary/elsewhere
      echo new >$at/primary/new
      larger=$(stat -c %i $at/secondary/some/directory/larger)
      once "$@"
      same
      test "$larger" = "$(stat -c %i $at/secondary/elsewhere/larger)" && echo 'a rename is one'
      echo 'went on'
      """;

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @ParameterizedTest
  @DisplayName("state, journal and secondary of an earlier version")
  @ValueSource(strings = {"2026-11-21.img.gz"})
  void goesOn(String recording) throws Exception {
    LoopImage.assumeAvailable(LoopImage.Kind.EXT4);
    assumeTrue(Program.find("unshare").isPresent(), "unshare is not installed");
    assumeTrue(Program.find("rsync").isPresent(), "rsync is not installed");
    Path image = sandbox.path().resolve("image");
    try (InputStream packed =
        new GZIPInputStream(
            Objects.requireNonNull(
                getClass().getResourceAsStream("/upgrade/" + recording), recording))) {
      Files.copy(packed, image);
    }
    Files.createDirectories(RECORDED);
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "-m", "--propagation", "slave", "sh", "-eu", "-c", SCRIPT, "sh"));
    command.add(image.toString());
    command.addAll(JavaProgram.command(Georep.class));
    String said = Program.check(command);
    assertThat(said.lines())
        .contains(
            "no contents were sent",
            "files are known",
            "checkpoints 2",
            "a rename is one",
            "went on")
        .anyMatch(line -> line.matches("records [1-9][0-9]*"));
  }
}
