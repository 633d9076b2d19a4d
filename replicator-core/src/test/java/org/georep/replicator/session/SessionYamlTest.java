package org.georep.replicator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.georep.changelog.capture.CaptureWish;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.EngineChoice;
import org.georep.posix.NewerFormatException;
import org.georep.posix.RawPath;
import org.georep.protocol.MinFree;
import org.junit.jupiter.api.Test;

class SessionYamlTest {
  private static final UUID ID = UUID.fromString("00000000-0000-4000-8000-000000000001");

  /** What a session without options records: a later default must not change an old session. */
  private static final String DEFAULTS =
      """
      # A georep session. Lines that begin with # are not kept when georep writes this file.
      format: 1
      id: "00000000-0000-4000-8000-000000000001"
      name: "photos"
      primary: "/data/photos"
      secondary: "backup:/srv/copy"
      engine: "auto"
      sync-jobs: 3
      bwlimit: "none"
      capture: "auto"
      rescan-interval: "1h"
      verify-interval: "0s"
      crawl-limit: 0
      filter: []
      min-free: "1%"
      mode: "normal"
      ignore-deletes: false
      ssh-options: []
      ssh-key: null
      agent-command: null
      timeout: "30s"
      lease: "0s"
      journal-limit: "4GiB"
      hook: []
      heartbeat-url: null
      lag-threshold: "0s"
      log-format: "text"
      """;

  private static final Settings OTHER =
      new Settings(
          EngineChoice.RSYNC,
          7,
          RateSchedule.parse("10MB/s"),
          CaptureWish.INOTIFY,
          Duration.ofMinutes(90),
          Duration.ofDays(7),
          500,
          List.of(
              new FilterLine(FilterLine.Action.INCLUDE, bytes("*.c")),
              new FilterLine(FilterLine.Action.EXCLUDE, bytes("= strange: # 'x'")),
              new FilterLine(FilterLine.Action.CLEAR, bytes("")),
              new FilterLine(FilterLine.Action.EXCLUDE, latin("\377*"))),
          new MinFree(10L << 30, 0),
          SyncMode.IGNORE_DELETES,
          List.of("Port=2222", "StrictHostKeyChecking=yes"),
          Optional.of(RawPath.toPath(latin("/root/.ssh/\377key"))),
          Optional.of("georep agent"),
          Duration.ofMillis(1500),
          Duration.ofSeconds(5),
          new Size(64L << 20),
          List.of("/usr/local/bin/tell", "--what", "a 'b' $c"),
          Optional.of(URI.create("https://example.org/beat?key=1")),
          Duration.ofMinutes(5),
          LogFormat.JSON);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static SessionConfiguration session(Settings settings) {
    return new SessionConfiguration(
        ID,
        new SessionName("photos"),
        Path.of("/data/photos"),
        SecondaryAddress.parse("backup:/srv/copy"),
        settings);
  }

  private static SessionConfiguration parse(byte[] yaml) throws NewerFormatException {
    return SessionYaml.parse(Path.of("session.yaml"), yaml);
  }

  private static String text(SessionConfiguration session) {
    return new String(SessionYaml.format(session), StandardCharsets.UTF_8);
  }

  @Test
  void everyDefaultIsRecorded() throws Exception {
    assertThat(text(session(Settings.DEFAULTS))).isEqualTo(DEFAULTS);
    assertThat(parse(bytes(DEFAULTS))).isEqualTo(session(Settings.DEFAULTS));
  }

  @Test
  void everySettingHasAKeyAndGoesThere() throws Exception {
    List<String> parts =
        Arrays.stream(Settings.class.getRecordComponents())
            .map(part -> part.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
            .toList();
    assertThat(Setting.all())
        .extracting(Setting::key)
        .filteredOn(key -> !key.equals("ignore-deletes")) // the short form of a mode
        .containsExactlyElementsOf(parts);
    for (Setting setting : Setting.all()) {
      assertThat(setting.read(OTHER))
          .as("the test gives %s another value than its default", setting.key())
          .isNotEqualTo(setting.read(Settings.DEFAULTS));
    }
    assertThat(parse(SessionYaml.format(session(OTHER)))).isEqualTo(session(OTHER));
  }

  @Test
  void aKeyThatIsMissingHasItsDefault() throws Exception {
    String yaml = DEFAULTS.replaceAll("(?m)^(timeout|filter|engine):.*\n", "");
    assertThat(parse(bytes(yaml))).isEqualTo(session(Settings.DEFAULTS));
  }

  @Test
  void endsThatAreNotTextAreKeptExactly() throws Exception {
    SessionConfiguration odd =
        new SessionConfiguration(
            ID,
            new SessionName("odd"),
            RawPath.toPath(latin("/da\377ta")),
            SecondaryAddress.parse(latin("u@[::1]:/\376")),
            Settings.DEFAULTS);
    assertThat(text(odd)).contains("primary-bytes: ").contains("secondary-bytes: ");
    SessionConfiguration back = parse(SessionYaml.format(odd));
    assertThat(RawPath.toBytes(back.primary())).isEqualTo(latin("/da\377ta"));
    assertThat(back.secondary()).isEqualTo(odd.secondary());
  }

  @Test
  void everyFormOfAddressIsKept() {
    for (String address :
        List.of("h:/d", "u@h:d/e", "ssh://u@h:22/d", "[fe80::1%eth0]:/d", "/local", "h:~/x:y")) {
      SecondaryAddress parsed = SecondaryAddress.parse(address);
      assertThat(SecondaryAddress.parse(AddressBytes.of(parsed))).isEqualTo(parsed);
    }
  }

  @Test
  void mistakesAreNamed() {
    wrong(DEFAULTS + "sync_job: 4\n", "unknown key 'sync_job'. Did you mean 'sync-jobs'?");
    wrong(DEFAULTS + "colourful: 4\n", "unknown key 'colourful'. Known are: agent-command, ");
    wrong(DEFAULTS + "timeout: \"5s\"\n", "Duplicate");
    wrong(DEFAULTS.replace("\"30s\"", "30"), "'timeout': '30' is no duration");
    wrong(DEFAULTS.replace("\"30s\"", "10ms"), "timeout is at least 1s, not 10ms");
    wrong(DEFAULTS.replace("jobs: 3", "jobs: 65"), "sync-jobs is from 1 to 64, not 65");
    wrong(DEFAULTS.replace("jobs: 3", "jobs: many"), "'sync-jobs': 'many' is no whole number");
    wrong(DEFAULTS.replace("deletes: false", "deletes: nein"), "neither true nor false");
    wrong(DEFAULTS.replace("engine: \"auto\"", "engine: warp"), "'warp' is none of auto, rsync");
    wrong(DEFAULTS.replace("filter: []", "filter: [x]"), "'x' is no filter rule");
    wrong(DEFAULTS.replace("filter: []", "filter: x"), "a list is needed");
    wrong(DEFAULTS.replace("format: 1\n", ""), "'format' is missing");
    wrong(DEFAULTS.replace("\"photos\"", "\"a/b\""), "'name': 'a/b' is no session name");
    wrong(DEFAULTS.replaceFirst("primary: .*\n", ""), "'primary': it is missing");
    wrong(DEFAULTS + "primary-bytes: L2E=\n", "'primary': it is there twice");
    wrong("", "no keys");
    wrong("- a\n", "no keys");
    wrong("a: [", "line ");
  }

  private static void wrong(String yaml, String words) {
    assertThatThrownBy(() -> parse(bytes(yaml)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }
}
