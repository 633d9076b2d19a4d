package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds for every Java is stated wherever one is started. */
final class AgentJvmTest {
  private static final List<String> BOUNDS =
      List.of("-Xmx", "-XX:MaxDirectMemorySize=", "-XX:MaxMetaspaceSize=");

  private static List<String> bounds(List<String> words) {
    return words.stream().filter(word -> BOUNDS.stream().anyMatch(word::startsWith)).toList();
  }

  /** Returns the words of a line of the launcher, with those of the variable in it. */
  private static List<String> words(List<String> launcher, String variable) {
    String text =
        launcher.stream().filter(line -> line.startsWith(variable + "=\"")).findFirst().orElse("");
    return Arrays.stream(text.substring(text.indexOf('"') + 1).split("[ \"]"))
        .flatMap(
            word ->
                word.equals("$lean") ? words(launcher, "lean").stream() : List.of(word).stream())
        .toList();
  }

  @Test
  void theLauncherStatesThemAsTheAgentsStartDoes() throws Exception {
    List<String> launcher = Files.readAllLines(Path.of("../deploy/georep"));
    assertThat(bounds(AgentJvm.FLAGS)).hasSameSizeAs(BOUNDS);
    assertThat(bounds(words(launcher, "agent")))
        .containsExactlyInAnyOrderElementsOf(bounds(AgentJvm.FLAGS));
    assertThat(bounds(words(launcher, "georep"))).hasSameSizeAs(BOUNDS);
  }

  @Test
  void theLauncherCompilesAsTheAgentsStartDoes() throws Exception {
    assertThat(Files.readString(Path.of("../deploy/georep")).split("[\\s\"]+"))
        .containsAll(
            AgentJvm.FLAGS.stream().filter(word -> word.matches("-XX:-C1.*|-XX:Tier4.*")).toList());
  }
}
