package org.georep.replicator.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Settings by key, as somebody types them: lists have an item a line, nothing is empty. */
public final class SettingTexts {
  private SettingTexts() {}

  /** Returns all settings' values by key, in the order of {@code session.yaml}. */
  public static Map<String, String> all(Settings settings) {
    Map<String, String> texts = new LinkedHashMap<>();
    Setting.all().forEach(setting -> texts.put(setting.key(), text(setting.read(settings))));
    return texts;
  }

  /**
   * Returns one setting's value.
   *
   * @throws GeorepException if there is none of the key; names the nearest
   */
  public static String get(Settings settings, String key) throws GeorepException {
    return text(setting(key).read(settings));
  }

  /**
   * Returns settings with one of them changed.
   *
   * @throws GeorepException if there is none of the key, or the value is none of its
   */
  public static Settings with(Settings settings, String key, String value) throws GeorepException {
    Setting setting = setting(key);
    try {
      return setting.write(settings.toBuilder(), node(setting.read(settings), value)).build();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new GeorepException(
          ExitCode.ERROR, "The key '" + key + "': " + e.getMessage() + ".", e);
    }
  }

  private static Setting setting(String key) throws GeorepException {
    Map<String, Setting> known = Setting.byKey();
    return Optional.ofNullable(known.get(key))
        .orElseThrow(
            () ->
                new GeorepException(
                    ExitCode.ERROR,
                    "There is no key '"
                        + key
                        + "'."
                        + NearestName.to(key, new TreeSet<>(known.keySet()))
                            .map(name -> " Did you mean '" + name + "'?")
                            .orElse(" Known are: " + String.join(", ", known.keySet()) + ".")));
  }

  private static String text(@Nullable Object value) {
    if (value instanceof List<?> items) {
      return String.join("\n", items.stream().map(String::valueOf).toList());
    }
    return value == null ? "" : value.toString();
  }

  private static JsonNode node(@Nullable Object now, String value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (now instanceof List<?>) {
      ArrayNode items = nodes.arrayNode();
      value.lines().filter(line -> !line.isBlank()).forEach(items::add);
      return items;
    }
    if (now instanceof Boolean) {
      if (!value.equals("true") && !value.equals("false")) {
        throw new IllegalArgumentException("'" + value + "' is neither true nor false");
      }
      return nodes.booleanNode(Boolean.parseBoolean(value));
    }
    if (now instanceof Number) {
      try {
        return nodes.numberNode(Long.parseLong(value));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("'" + value + "' is no whole number", e);
      }
    }
    // Nothing is refused by those that need something.
    return value.isEmpty() ? nodes.nullNode() : nodes.textNode(value);
  }
}
