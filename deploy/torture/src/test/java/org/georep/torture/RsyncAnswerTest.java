package org.georep.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.posix.NativeLibc;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RsyncAnswerTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path primary;
  private Path secondary;

  @BeforeEach
  void makeTrees() throws IOException {
    RsyncOracle.assumeAvailable();
    primary = Files.createDirectory(sandbox.path().resolve("primary"));
    secondary = Files.createDirectory(sandbox.path().resolve("secondary"));
  }

  /** Directories one inside the other, the last ones of paths that are too long for rsync. */
  private void makeDeep(Path root) throws IOException {
    Path outside = Files.createDirectories(sandbox.path().resolve("outside"));
    EntryPath at = EntryPath.ROOT;
    try (Hands hands =
        new Hands(
            NativeLibc.instance(),
            root.toString().getBytes(StandardCharsets.UTF_8),
            outside.toString().getBytes(StandardCharsets.UTF_8))) {
      List<EntryPath> made = new ArrayList<>();
      for (int depth = 0; depth < 22; depth++) {
        at = at.resolve(FileName.of("d".repeat(200)));
        hands.apply(Operation.of(0, Kind.MKDIR, at, 0755, 0));
        made.add(0, at);
      }
      for (EntryPath directory : made) {
        hands.apply(Operation.of(0, Kind.TIMES, directory, 1, 0));
      }
    }
  }

  private RsyncAnswer answer() {
    return RsyncAnswer.of(RsyncOracle.answer(primary, secondary, "--ignore-errors"));
  }

  @Test
  void besidePathsThatAreTooLongDifferencesAreSeen() throws IOException {
    makeDeep(primary);
    makeDeep(secondary);
    Files.writeString(primary.resolve("only-here"), "");
    Files.writeString(secondary.resolve("only-there"), "");

    RsyncAnswer answer = answer();

    assertThat(answer.whole()).isFalse();
    assertThat(answer.differences())
        .anyMatch(line -> line.endsWith(" only-here"))
        .anyMatch(line -> line.startsWith("rsync would *deleting") && line.endsWith(" only-there"))
        .noneMatch(line -> line.startsWith("rsync cannot compare"));
  }

  @Test
  void pathsThatAreTooLongAreNoDifferences() throws IOException {
    makeDeep(primary);
    makeDeep(secondary);
    Program.check("touch", "-r", primary.toString(), secondary.toString());

    assertThat(answer()).isEqualTo(new RsyncAnswer(List.of(), false));
  }

  @Test
  void allIsSeenOfTreesWithoutThem() throws IOException {
    Program.check("touch", "-r", primary.toString(), secondary.toString());

    assertThat(answer()).isEqualTo(new RsyncAnswer(List.of(), true));
  }

  @Test
  void anyOtherErrorIsSaid() throws IOException {
    Files.delete(secondary);
    Files.delete(primary);

    assertThat(answer().differences()).anyMatch(line -> line.startsWith("rsync cannot compare"));
    String both = "filename overflows max-path len by 1: x\nrsync: read errors mapping: EIO (5)\n";
    assertThat(RsyncAnswer.of(new Program.Result(23, both)).differences())
        .containsExactly("rsync cannot compare: exit 23 [rsync: read errors mapping: EIO (5)]");
  }
}
