package org.georep.replicator.session;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.georep.changelog.capture.CaptureWish;
import org.georep.engine.EngineChoice;
import org.georep.posix.RawPath;
import org.jspecify.annotations.Nullable;

/**
 * One setting's place in {@code session.yaml}: its key, how its value is written there, and which
 * part of {@link Settings} it is. {@link #all} is the table of them.
 */
final class Setting {
  private static final List<Setting> ALL =
      List.of(
          new Setting(
              "engine",
              settings -> engineName(settings.engine()),
              (builder, value) -> builder.engine(engine(word(value)))),
          new Setting(
              "sync-jobs",
              Settings::syncJobs,
              (builder, value) -> builder.syncJobs(Math.toIntExact(whole(value)))),
          text("bwlimit", Settings::bwlimit, SettingsBuilder::bwlimit, RateSchedule::parse),
          text("capture", Settings::capture, SettingsBuilder::capture, CaptureWish::parse),
          new Setting(
              "rescan-interval",
              settings -> Span.format(settings.rescanInterval()),
              (builder, value) -> builder.rescanInterval(Span.parse(word(value)))),
          new Setting(
              "verify-interval",
              settings -> Span.format(settings.verifyInterval()),
              (builder, value) -> builder.verifyInterval(Span.parse(word(value)))),
          new Setting(
              "crawl-limit",
              Settings::crawlLimit,
              (builder, value) -> builder.crawlLimit(whole(value))),
          new Setting(
              "filter",
              settings -> settings.filter().stream().map(FilterLine::toText).toList(),
              (builder, value) ->
                  builder.filter(words(value).stream().map(FilterLine::parseText).toList())),
          new Setting(
              "min-free",
              settings -> FreeSpace.format(settings.minFree()),
              (builder, value) -> builder.minFree(FreeSpace.parse(word(value)))),
          text("mode", Settings::mode, SettingsBuilder::mode, SyncMode::parse),
          new Setting(
              "ignore-deletes",
              settings -> settings.mode() == SyncMode.IGNORE_DELETES,
              (builder, value) -> builder.ignoreDeletes(yesOrNo(value))),
          new Setting(
              "ssh-options",
              Settings::sshOptions,
              (builder, value) -> builder.sshOptions(words(value))),
          new Setting(
              "ssh-key",
              settings -> settings.sshKey().map(p -> ByteText.of(RawPath.toBytes(p))).orElse(null),
              (builder, value) ->
                  builder.sshKey(
                      optional(value).map(text -> RawPath.toPath(ByteText.bytes(text))))),
          new Setting(
              "agent-command",
              settings -> settings.agentCommand().orElse(null),
              (builder, value) -> builder.agentCommand(optional(value))),
          new Setting(
              "timeout",
              settings -> Span.format(settings.timeout()),
              (builder, value) -> builder.timeout(Span.parse(word(value)))),
          new Setting(
              "lease",
              settings -> Span.format(settings.lease()),
              (builder, value) -> builder.lease(Span.parse(word(value)))),
          text("journal-limit", Settings::journalLimit, SettingsBuilder::journalLimit, Size::parse),
          new Setting("hook", Settings::hook, (builder, value) -> builder.hook(words(value))),
          new Setting(
              "heartbeat-url",
              settings -> settings.heartbeatUrl().map(Object::toString).orElse(null),
              (builder, value) -> builder.heartbeatUrl(optional(value).map(Settings::url))),
          new Setting(
              "lag-threshold",
              settings -> Span.format(settings.lagThreshold()),
              (builder, value) -> builder.lagThreshold(Span.parse(word(value)))),
          text("log-format", Settings::logFormat, SettingsBuilder::logFormat, LogFormat::parse));

  private final String key;
  private final Function<Settings, @Nullable Object> get;
  private final BiConsumer<SettingsBuilder, JsonNode> set;

  private Setting(
      String key,
      Function<Settings, @Nullable Object> get,
      BiConsumer<SettingsBuilder, JsonNode> set) {
    this.key = key;
    this.get = get;
    this.set = set;
  }

  private static <T> Setting text(
      String key,
      Function<Settings, T> get,
      BiConsumer<SettingsBuilder, T> set,
      Function<String, T> parse) {
    return new Setting(
        key,
        settings -> String.valueOf(get.apply(settings)),
        (builder, value) -> set.accept(builder, parse.apply(word(value))));
  }

  /** Returns all settings, in the order they are written. */
  static List<Setting> all() {
    return ALL;
  }

  /** Returns the settings by key. */
  static Map<String, Setting> byKey() {
    Map<String, Setting> map = new TreeMap<>();
    ALL.forEach(setting -> map.put(setting.key, setting));
    return map;
  }

  String key() {
    return key;
  }

  /** Returns its value as YAML takes it: text, number, boolean, list of texts, or null. */
  @Nullable Object read(Settings settings) {
    return get.apply(settings);
  }

  /**
   * Takes its value from YAML.
   *
   * @throws IllegalArgumentException if it is none; the message says what one looks like
   */
  SettingsBuilder write(SettingsBuilder builder, JsonNode value) {
    set.accept(builder, value);
    return builder;
  }

  private static String engineName(EngineChoice engine) {
    return engine.name().toLowerCase(Locale.ROOT);
  }

  private static EngineChoice engine(String word) {
    for (EngineChoice engine : EngineChoice.values()) {
      if (engineName(engine).equals(word)) {
        return engine;
      }
    }
    String known =
        Arrays.stream(EngineChoice.values())
            .map(Setting::engineName)
            .collect(Collectors.joining(", "));
    throw new IllegalArgumentException("'" + word + "' is none of " + known);
  }

  private static String word(JsonNode value) {
    if (!value.isValueNode() || value.isNull()) {
      throw new IllegalArgumentException("a single value is needed");
    }
    return value.asText();
  }

  private static Optional<String> optional(JsonNode value) {
    return value.isNull() ? Optional.empty() : Optional.of(word(value));
  }

  private static long whole(JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException("'" + value.asText() + "' is no whole number");
    }
    return value.longValue();
  }

  private static boolean yesOrNo(JsonNode value) {
    if (!value.isBoolean()) {
      throw new IllegalArgumentException("'" + value.asText() + "' is neither true nor false");
    }
    return value.booleanValue();
  }

  private static List<String> words(JsonNode value) {
    if (!value.isArray()) {
      throw new IllegalArgumentException("a list is needed, one item on a line after '- '");
    }
    List<String> words = new ArrayList<>();
    value.forEach(item -> words.add(word(item)));
    return words;
  }
}
