package org.georep.secondary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RootRuleTest {
  private static boolean allows(String only, String root) {
    return RootRule.from("/home/me", "--root", only)
        .refuses(root.getBytes(StandardCharsets.UTF_8))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/srv/copy, /srv/copy",
    "/srv/copy, //srv/./copy/",
    "/srv/copy/, /srv/copy",
    "copy, /home/me/copy",
    "/home/me/copy, copy",
    "/home/me, ."
  })
  @DisplayName("the named root is allowed however it is spelt")
  void allowed(String only, String root) {
    assertThat(allows(only, root)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "/srv/copy, /srv",
    "/srv/copy, /srv/copy/below",
    "/srv/copy, /srv/copy2",
    "/srv/copy, /srv/x/../copy",
    "/srv/copy, copy",
    "/srv/copy, /"
  })
  @DisplayName("no other one is, neither above nor below, nor by a way around")
  void refused(String only, String root) {
    assertThat(allows(only, root)).isFalse();
  }

  @Test
  @DisplayName("without a rule any root is allowed; a malformed rule is no rule at all")
  void arguments() {
    assertThat(RootRule.from("/home/me").refuses(new byte[] {'/'})).isEmpty();
    for (String[] args :
        new String[][] {
          {"--root"},
          {"--root", ""},
          {"--rooot", "/x"},
          {"/x"},
          {"--root", "a", "b"},
          {"--root-base64", ""},
          {"--root-base64", "/x y"}
        }) {
      assertThatThrownBy(() -> RootRule.from("/home/me", args))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  @DisplayName("a root named in base64 is any bytes")
  void encoded() {
    byte[] root = {'/', 'i', 't', '\'', 's', '\n', '"', (byte) 0xff, '/', 'x'};
    RootRule rule =
        RootRule.from(
            "/home/me", "--root-base64", java.util.Base64.getEncoder().encodeToString(root));
    assertThat(rule.refuses(root)).isEmpty();
    root[6] = '\'';
    assertThat(rule.refuses(root)).isPresent();
  }
}
