package org.georep.status.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The written description has every key, and no other. */
class StatusDocumentTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\|");

  @Test
  void describesEveryKeyInTheOrderOfTheFile() throws Exception {
    List<String> keys = new ArrayList<>();
    for (RecordComponent part : WorkerReport.class.getRecordComponents()) {
      keys.add(key(part));
      if (part.getType().isRecord()) {
        for (RecordComponent inner : part.getType().getRecordComponents()) {
          keys.add(key(part) + "." + key(inner));
        }
      }
    }
    List<String> described = ROW.matcher(text()).results().map(row -> row.group(1)).toList();
    assertThat(described).containsExactlyElementsOf(keys);
  }

  @Test
  void namesEveryStateAndEvent() throws Exception {
    String text = text();
    assertThat(Arrays.stream(WorkerState.values()).map(WorkerState::text))
        .allMatch(word -> text.contains("`" + word + "`"));
    assertThat(Arrays.stream(CrawlState.values()).map(CrawlState::text))
        .allMatch(word -> text.contains("`" + word + "`"));
    assertThat(Arrays.stream(CheckpointStanding.values()).map(CheckpointStanding::text))
        .allMatch(word -> text.contains("`" + word + "`"));
    assertThat(Arrays.stream(EventKind.values()).map(EventKind::text))
        .allMatch(word -> text.contains("`" + word + "`"));
  }

  private static String key(RecordComponent part) {
    JsonProperty property = part.getAccessor().getAnnotation(JsonProperty.class);
    return property.value();
  }

  private static String text() throws Exception {
    return Files.readString(Path.of("STATUS.md"));
  }
}
