package org.georep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.georep.replicator.session.LogFormat;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is in a session's log, and how much of it. */
class LoggingTest {
  private static final Logger log = LoggerFactory.getLogger(LoggingTest.class);

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  @AfterEach
  void reset() {
    Logging.configure(0, Optional.empty());
  }

  private List<String> replicate(String... more) throws Exception {
    Path primary = sandbox.directory("primary");
    StringWriter err = new StringWriter();
    List<String> args =
        new ArrayList<>(
            List.of(
                "replicate",
                "--once",
                "--name=l",
                "--state-dir=" + sandbox.path().resolve("state"),
                primary.toString(),
                sandbox.path().resolve("secondary").toString()));
    args.addAll(List.of(more));
    int code =
        Georep.run(
            args.toArray(new String[0]),
            new PrintWriter(new StringWriter(), true),
            new PrintWriter(err, true),
            Ending.onRequest());
    assertThat(code).as(err.toString()).isZero();
    return Files.readAllLines(sandbox.path().resolve("state/l/log/georep.log"));
  }

  @Test
  void aChangeOfStateIsALineOfKeysAndValues() throws Exception {
    List<String> lines = replicate();
    assertThat(lines)
        .allMatch(line -> line.matches("time=\\S+ level=[a-z]+ thread=\\S+ logger=\\S+ .*msg=.*"))
        .anyMatch(line -> line.matches(".* event=started session=l volume=\\S+ msg=\"process .*"))
        .anyMatch(line -> line.contains(" event=stopped session=l "));
  }

  @Test
  void isJsonIfThatIsAskedFor() throws Exception {
    List<String> events = new ArrayList<>();
    for (String line : replicate("--log-format=json")) {
      JsonNode event = new ObjectMapper().readTree(line);
      assertThat(event.path("time").asText()).endsWith("Z");
      assertThat(event.path("msg").asText()).isNotEmpty();
      events.add(event.path("event").asText() + " " + event.path("session").asText());
    }
    assertThat(events).contains("started l", "stopped l");
  }

  @Test
  void isOneLineForEachEventWhateverItSays() throws Exception {
    Path directory = sandbox.directory("log");
    Logging.onlyToFile(directory, LogFormat.TEXT);
    log.atInfo().addKeyValue("path", "a b=\"c\"\n").log("two\nlines");
    log.info("with a stack", new IOException("no\nroom"));
    Logging.onlyToFile(directory, LogFormat.JSON);
    log.info("with a stack", new IOException("no room"));
    List<String> lines = Files.readAllLines(directory.resolve("georep.log"));
    assertThat(lines.get(0)).endsWith(" path=\"a b=\\\"c\\\"\\n\" msg=\"two\\nlines\"");
    assertThat(lines.get(1)).endsWith(" msg=\"with a stack\"");
    assertThat(lines.subList(2, lines.size() - 1)).isNotEmpty().allMatch(it -> it.startsWith("  "));
    JsonNode last = new ObjectMapper().readTree(lines.get(lines.size() - 1));
    assertThat(last.path("stack").asText())
        .startsWith("java.io.IOException: no room")
        .contains("LoggingTest");
  }

  @Test
  void isBoundedInAll() throws Exception {
    Path directory = sandbox.directory("log");
    Logging.onlyToFile(directory, LogFormat.TEXT);
    String large = "x".repeat(1 << 20);
    int lines = (Logging.LARGEST >> 20) * (Logging.KEPT + 3);
    for (int line = 0; line < lines; line++) {
      log.info("line {} {}", line, large);
    }
    long size = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        assertThat(Files.size(file)).isLessThanOrEqualTo(Logging.LARGEST + (2L << 20));
        size += Files.size(file);
      }
    }
    assertThat(size).isBetween(4L * Logging.LARGEST, 6L * Logging.LARGEST);
    assertThat(Files.readString(directory.resolve("georep.log"))).contains("line " + (lines - 1));
  }
}
