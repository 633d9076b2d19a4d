package org.georep.secondary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.testing.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a near end that makes its own archives can do with the far tar. */
class HostileArchiveTest {
  @TempDir Path top;

  @Test
  void nothingLeavesTheJobsPlace() throws Exception {
    Path job = Files.createDirectories(top.resolve("root/job"));
    Path from = Files.createDirectories(top.resolve("from/sub"));
    Files.writeString(top.resolve("from/evil"), "evil");
    Files.writeString(from.resolve("evil"), "evil");
    Files.createSymbolicLink(top.resolve("from/link"), Path.of(".."));
    Path secret = Files.writeString(top.resolve("root/secret"), "secret");
    Path archive = top.resolve("archive");
    Program.check(
        "sh",
        "-c",
        "cd "
            + top
            + "/from && tar -cPf "
            + archive
            + " --transform='s,^evil$,../secret,' evil && tar -rPf "
            + archive
            + " --transform='s,^evil$,"
            + top
            + "/absolute,' evil && tar -rPf "
            + archive
            + " link && tar -rPf "
            + archive
            + " --transform='s,^evil$,link/through,' evil && tar -rPf "
            + archive
            + " --transform='s,^evil$,0,' evil");
    List<String> command = new ArrayList<>(FarProgram.tar());
    Process process =
        new ProcessBuilder(command)
            .directory(job.toFile())
            .redirectInput(archive.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    assertThat(secret).hasContent("secret");
    assertThat(top.resolve("absolute")).as(said).doesNotExist();
    assertThat(top.resolve("root/through")).doesNotExist();
    assertThat(job.resolve("0")).hasContent("evil");
  }
}
