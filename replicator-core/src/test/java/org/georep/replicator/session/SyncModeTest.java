package org.georep.replicator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** How the modes are written, and which go together. */
final class SyncModeTest {
  private static Settings with(Settings settings, String key, String value) throws Exception {
    return SettingTexts.with(settings, key, value);
  }

  @Test
  void eachIsReadAsItIsWritten() {
    for (SyncMode mode : SyncMode.values()) {
      assertThat(SyncMode.parse(mode.toString())).isEqualTo(mode);
    }
    assertThatThrownBy(() -> SyncMode.parse("strange")).hasMessageContaining("ignore-deletes");
  }

  @Test
  void ignoreDeletesIsOneOfThem() throws Exception {
    Settings kept = with(Settings.DEFAULTS, "ignore-deletes", "true");
    assertThat(kept.mode()).isEqualTo(SyncMode.IGNORE_DELETES);
    assertThat(SettingTexts.get(kept, "mode")).isEqualTo("ignore-deletes");
    assertThat(with(kept, "ignore-deletes", "false").mode()).isEqualTo(SyncMode.NORMAL);
    Settings partial = with(kept, "mode", "partial");
    assertThat(SettingTexts.get(partial, "ignore-deletes")).isEqualTo("false");
    assertThat(with(partial, "ignore-deletes", "false").mode()).isEqualTo(SyncMode.PARTIAL);
    assertThatThrownBy(() -> with(partial, "ignore-deletes", "true"))
        .isInstanceOf(GeorepException.class)
        .hasMessageContaining("give one of them");
  }

  @Test
  void recoverTakesNothingOver() {
    SyncMode.PARTIAL.checkAdopting();
    assertThatThrownBy(SyncMode.RECOVER::checkAdopting).hasMessageContaining("--adopt");
  }
}
