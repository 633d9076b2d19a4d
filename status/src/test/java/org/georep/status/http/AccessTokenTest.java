package org.georep.status.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTokenTest {
  @TempDir Path directory;
  private Path file = Path.of("/");

  @BeforeEach
  void name() {
    file = directory.resolve("token");
  }

  @Test
  void isMadeOnceForItsOwnerOnly() throws IOException {
    AccessToken token = AccessToken.keptIn(file);
    String text = Files.readString(file).strip();
    assertThat(text).matches("[A-Za-z0-9_-]{43}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(token.is(text)).isTrue();
    assertThat(token.is(text + "x")).isFalse();
    assertThat(token.is("")).isFalse();
    assertThat(AccessToken.keptIn(file).is(text)).as("the same at the next start").isTrue();
  }

  @Test
  void aCookieHoldsForOnePlaceAndIsNotTheToken() throws IOException {
    AccessToken token = AccessToken.keptIn(file);
    String cookie = token.cookie("h:1");
    assertThat(token.isCookie(cookie, "h:1")).isTrue();
    assertThat(token.isCookie(cookie, "h:2")).isFalse();
    assertThat(token.is(cookie)).isFalse();
  }

  @Test
  void oneThatOthersMayReadIsRefused() throws IOException {
    AccessToken.keptIn(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> AccessToken.keptIn(file)).hasMessageContaining("Remove it");
  }

  @Test
  void soIsALinkAndAnEmptyOne() throws IOException {
    Path elsewhere = directory.resolve("elsewhere");
    AccessToken.keptIn(elsewhere);
    Files.createSymbolicLink(file, elsewhere);
    assertThatThrownBy(() -> AccessToken.keptIn(file)).isInstanceOf(IOException.class);
    Files.writeString(elsewhere, "\n");
    assertThatThrownBy(() -> AccessToken.keptIn(elsewhere)).hasMessageContaining("too short");
  }
}
