package org.georep.secondary;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.regex.Pattern;
import org.georep.engine.rsync.RsyncProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FarProgramsTest {
  private static final Pattern RSYNC = Objects.requireNonNull(FarPrograms.KNOWN.get("rsync"));

  @TempDir Path directory;

  /** Says its version from the second or a later time on; before, it is killed. */
  private String killed(int times) throws Exception {
    Path count = directory.resolve("count" + times);
    Path program = directory.resolve("program" + times);
    Files.writeString(
        program,
        "#!/bin/sh\necho x >>"
            + count
            + "\n[ $(wc -l <"
            + count
            + ") -gt "
            + times
            + " ] || kill -9 $$\necho 'rsync  version 3.2.7  protocol version 31'\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program.toString();
  }

  @Test
  void whatSomebodyKilledIsAskedAgain() throws Exception {
    assertThat(FarPrograms.version(killed(1), RSYNC)).contains("3.2.7");
    Files.delete(directory.resolve("count1"));
    assertThat(RsyncProgram.find(killed(1))).map(RsyncProgram::version).contains("3.2.7");
  }

  @Test
  void whatIsAlwaysKilledCountsAsMissing() throws Exception {
    assertThat(FarPrograms.version(killed(100), RSYNC)).isEmpty();
    assertThat(RsyncProgram.find(killed(100))).isEmpty();
    assertThat(Files.readAllLines(directory.resolve("count100"))).hasSize(6);
  }

  @Test
  void whatIsNotThereIsMissing() throws Exception {
    assertThat(FarPrograms.version(directory.resolve("none").toString(), RSYNC)).isEmpty();
    assertThat(RsyncProgram.find(directory.resolve("none").toString())).isEmpty();
  }
}
