package org.georep.replicator.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a process says without end stays within bounds, and it can go on saying it. */
final class OutputFileTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  @Test
  void theEndIsKeptAndWhatComesLaterFollows() throws Exception {
    Path path = sandbox.path().resolve("said");
    Files.writeString(path, "of the process before");
    OutputFile file = new OutputFile(path);
    Process process =
        new ProcessBuilder(
                "sh", "-c", "yes many | head -c 3000000; echo end; read line; echo later")
            .redirectOutput(file.begin())
            .start();
    try {
      Waits.until("it has said it", () -> Files.size(path) == 3_000_004);
      file.bound();
      assertThat(path).isEmptyFile();
      assertThat(Files.size(file.former())).isEqualTo(OutputFile.LARGEST);
      assertThat(Files.readString(file.former())).endsWith("many\nend\n");
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      process.waitFor();
      assertThat(path).hasContent("later");
      file.bound();
      assertThat(path).hasContent("later");
    } finally {
      process.destroyForcibly();
    }
  }
}
