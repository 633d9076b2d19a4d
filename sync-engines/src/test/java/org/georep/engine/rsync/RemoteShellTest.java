package org.georep.engine.rsync;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.georep.protocol.Greeting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteShellTest {
  private static final Greeting.Data GREETING =
      new Greeting.Data("/x".getBytes(UTF_8), "0123456789abcdef0123456789abcdef");

  @TempDir Path directory;

  private String run(List<String> command, String... rsyncWords) throws Exception {
    RemoteShell.write(directory, command, GREETING, 300, true);
    List<String> words = new java.util.ArrayList<>(List.of("sh", "./" + RemoteShell.NAME));
    words.addAll(List.of(rsyncWords));
    Process process =
        new ProcessBuilder(words).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().write("stream".getBytes(UTF_8));
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void passesOnTheAbilitiesAndNothingElse() throws Exception {
    String text =
        run(
            List.of("cat"),
            "host",
            "rsync",
            "--server",
            "-tIRSe.LsfxCIvu",
            "--copy-dest",
            ".",
            ".");
    assertThat(text)
        .isEqualTo(
            "georep-data "
                + Greeting.DATA_FORM
                + " L3g= 0123456789abcdef0123456789abcdef\n"
                + "rsync 300 sparse .LsfxCIvu\nstream");
  }

  @Test
  void wordsOfTheCommandReachItAsTheyAre() throws Exception {
    String odd = "a b'c\"d$(touch pwned)`x`;\\";
    String text = run(List.of("printf", "[%s]", odd, ""), "host", "rsync", "--server", "-e.x");
    assertThat(text).isEqualTo("[" + odd + "][]");
    assertThat(Files.exists(directory.resolve("pwned"))).isFalse();
  }
}
