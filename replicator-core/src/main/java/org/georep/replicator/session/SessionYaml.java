package org.georep.replicator.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.georep.connection.SecondaryAddress;
import org.georep.posix.FileFormat;
import org.georep.posix.NewerFormatException;
import org.georep.posix.RawPath;
import org.jspecify.annotations.Nullable;

/**
 * A session as YAML, strict: an unknown key, a key twice, a value of the wrong form is an error
 * that says which and what was meant. The two ends are text under {@code primary} and {@code
 * secondary}, or, where they are not UTF-8, base64 under {@code primary-bytes} and {@code
 * secondary-bytes}.
 */
final class SessionYaml {
  static final int FORMAT = 1;
  private static final FileFormat FORMATS =
      FileFormat.first(
          "move the session's directory away, make the session anew, and take the secondary over"
              + " with --adopt");
  private static final String BYTES = "-bytes";
  private static final String HEADER =
      "# A georep session. Lines that begin with # are not kept when georep writes this file.\n";
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .build());

  private SessionYaml() {}

  static byte[] format(SessionConfiguration configuration) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("format", FORMAT);
    map.put("id", configuration.id().toString());
    map.put("name", configuration.name().text());
    putBytes(map, "primary", RawPath.toBytes(configuration.primary()));
    putBytes(map, "secondary", AddressBytes.of(configuration.secondary()));
    for (Setting setting : Setting.all()) {
      map.put(setting.key(), setting.read(configuration.settings()));
    }
    try {
      return (HEADER + MAPPER.writeValueAsString(map)).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a session is not writable as YAML", e);
    }
  }

  private static void putBytes(Map<String, @Nullable Object> map, String key, byte[] bytes) {
    if (ByteText.isPlain(bytes)) {
      map.put(key, ByteText.of(bytes));
    } else {
      map.put(key + BYTES, Base64.getEncoder().encodeToString(bytes));
    }
  }

  /**
   * Parses a session.
   *
   * @param file where it stands
   * @throws NewerFormatException if it is of a newer format
   * @throws IllegalArgumentException a sentence for people
   */
  static SessionConfiguration parse(Path file, byte[] yaml) throws NewerFormatException {
    JsonNode tree = tree(yaml);
    JsonNode format = tree.path("format");
    if (!format.isIntegralNumber() || !FORMATS.reads(file, format.longValue())) {
      throw new IllegalArgumentException(
          "the key 'format' is missing; this version writes " + FORMAT + ".");
    }
    checkKeys(tree);
    SettingsBuilder settings = Settings.DEFAULTS.toBuilder();
    for (Setting setting : Setting.all()) {
      JsonNode value = tree.get(setting.key());
      if (value != null) {
        named(setting.key(), () -> setting.write(settings, value).build());
      }
    }
    return new SessionConfiguration(
        named("id", () -> UUID.fromString(text(tree, "id"))),
        named("name", () -> new SessionName(text(tree, "name"))),
        named("primary", () -> RawPath.toPath(bytes(tree, "primary"))),
        named("secondary", () -> SecondaryAddress.parse(bytes(tree, "secondary"))),
        settings.build());
  }

  private static JsonNode tree(byte[] yaml) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(yaml);
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
      throw new IllegalArgumentException(where + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("it is no YAML", e);
    }
    if (tree == null || !tree.isObject()) {
      throw new IllegalArgumentException("it holds no keys.");
    }
    return tree;
  }

  private static void checkKeys(JsonNode tree) {
    TreeSet<String> known = new TreeSet<>(Setting.byKey().keySet());
    for (String key : new String[] {"format", "id", "name", "primary", "secondary"}) {
      known.add(key);
    }
    known.add("primary" + BYTES);
    known.add("secondary" + BYTES);
    Iterator<String> keys = tree.fieldNames();
    while (keys.hasNext()) {
      String key = keys.next();
      if (!known.contains(key)) {
        String meant =
            NearestName.to(key, known)
                .map(name -> " Did you mean '" + name + "'?")
                .orElse(" Known are: " + String.join(", ", known) + ".");
        throw new IllegalArgumentException("unknown key '" + key + "'." + meant);
      }
    }
  }

  private static <T> T named(String key, Supplier<T> step) {
    try {
      return step.get();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IllegalArgumentException("the key '" + key + "': " + e.getMessage() + ".", e);
    }
  }

  private static String text(JsonNode tree, String key) {
    JsonNode value = tree.path(key);
    if (!value.isTextual() && !value.isNumber()) {
      throw new IllegalArgumentException("it is missing");
    }
    return value.asText();
  }

  private static byte[] bytes(JsonNode tree, String key) {
    JsonNode exact = tree.path(key + BYTES);
    if (exact.isMissingNode() || exact instanceof NullNode) {
      return ByteText.bytes(text(tree, key));
    }
    if (tree.has(key)) {
      throw new IllegalArgumentException("it is there twice, once as '" + key + BYTES + "'");
    }
    return Base64.getDecoder().decode(exact.asText());
  }
}
