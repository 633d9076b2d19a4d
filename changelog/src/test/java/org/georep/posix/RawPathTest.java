package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawPathTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/a/b",
        "/a b/100%/%41",
        "/caf\u00e9",
        "/\u00ff\u00fe/\u0080",
        "/new\nline/\u0001\u007f?#",
      })
  void everyByteComesBack(String path) {
    assertThat(RawPath.toBytes(RawPath.toPath(latin(path)))).isEqualTo(latin(path));
  }

  @Test
  void whetherItIsADirectoryMakesNoDifference() throws Exception {
    for (String name : new String[] {"plain", "caf\u00e9"}) {
      byte[] bytes = latin(sandbox.path() + "/" + name);
      Path path = RawPath.toPath(bytes);
      assertThat(RawPath.toBytes(path)).isEqualTo(bytes);
      Files.createDirectory(path);
      assertThat(RawPath.toBytes(path)).isEqualTo(bytes);
    }
  }

  @Test
  void aRelativePathIsMadeAbsolute() {
    byte[] here = latin(Path.of("").toAbsolutePath().toString());
    assertThat(RawPath.toBytes(Path.of(""))).isEqualTo(here);
    assertThat(RawPath.toBytes(Path.of("x"))).startsWith(here).endsWith(latin("/x"));
  }

  @Test
  void aPathOfBytesIsAbsoluteAndHasNoZero() {
    assertThatThrownBy(() -> RawPath.toPath(latin("a")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RawPath.toPath(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RawPath.toPath(latin("/a\0b")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
