package org.georep.replicator.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.georep.name.VolumeId;
import org.georep.posix.NativeLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class VolumeMarkerTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private VolumeMarker marker(Path root) {
    return new VolumeMarker(
        NativeLibc.instance(), root.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aVolumeKeepsTheIdItWasGiven() throws IOException {
    Path root = sandbox.directory("primary");
    VolumeId id = marker(root).identify(Optional.empty());
    assertThat(marker(root).identify(Optional.of(id))).isEqualTo(id);
    assertThat(marker(root).identify(Optional.empty())).isEqualTo(id);
  }

  @Test
  void anEmptiedVolumeIsRefused() throws IOException {
    Path root = sandbox.directory("primary");
    VolumeId id = marker(root).identify(Optional.empty());
    Files.delete(root.resolve(".georep/volume"));
    assertThatThrownBy(() -> marker(root).identify(Optional.of(id)))
        .isInstanceOf(VolumeChangedException.class)
        .hasMessageContaining("nothing was deleted")
        .hasMessageContaining(id.toString());
  }

  @Test
  void anotherVolumeIsRefused() throws IOException {
    Path root = sandbox.directory("primary");
    marker(root).identify(Optional.empty());
    assertThatThrownBy(() -> marker(root).identify(Optional.of(VolumeId.fresh())))
        .isInstanceOf(VolumeChangedException.class)
        .hasMessageContaining("another volume");
  }
}
