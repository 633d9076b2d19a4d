package org.georep.cli;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.georep.replicator.session.LogFormat;
import org.slf4j.event.KeyValuePair;

/**
 * A line for each event, for programs: {@code time}, {@code level}, {@code thread}, {@code logger},
 * what the event says of itself ({@code event}, {@code session} and others), {@code msg}. As text a
 * value with anything unusual in it is quoted as in JSON, and a stack trace follows on lines that
 * begin with white space; as JSON it is in {@code stack}.
 */
final class LogLayout extends LayoutBase<ILoggingEvent> {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+,-]+");

  private final LogFormat format;
  private final ThrowableProxyConverter stacks = new ThrowableProxyConverter();

  LogLayout(LogFormat format) {
    this.format = Objects.requireNonNull(format, "format is null");
  }

  @Override
  public void start() {
    stacks.start();
    super.start();
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("time", String.valueOf(event.getInstant()));
    line.put("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
    line.put("thread", event.getThreadName());
    line.put("logger", event.getLoggerName().substring(event.getLoggerName().lastIndexOf('.') + 1));
    List<KeyValuePair> more = event.getKeyValuePairs();
    if (more != null) {
      more.forEach(pair -> line.put(pair.key, String.valueOf(pair.value)));
    }
    line.put("msg", event.getFormattedMessage());
    String stack = event.getThrowableProxy() == null ? "" : stacks.convert(event);
    if (format == LogFormat.JSON) {
      if (!stack.isEmpty()) {
        line.put("stack", stack.strip());
      }
      return line + "\n";
    }
    List<String> words = new ArrayList<>();
    line.properties()
        .forEach(field -> words.add(field.getKey() + "=" + value(field.getValue().textValue())));
    return String.join(" ", words) + "\n" + indented(stack);
  }

  private static String value(String text) {
    return PLAIN.matcher(text).matches() ? text : TextNode.valueOf(text).toString();
  }

  private static String indented(String stack) {
    StringBuilder text = new StringBuilder();
    stack.lines().forEach(line -> text.append("  ").append(line).append('\n'));
    return text.toString();
  }
}
