package org.georep.replicator.volume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MappingsTest {
  @Test
  void georepsOwnProcessesAreKnownByTheirJar() {
    assertThat(Mappings.isOwn("java\0-Xmx1g\0-jar\0/opt/georep/lib/georep.jar\0worker\0a\0"))
        .isTrue();
    assertThat(Mappings.isOwn("/usr/bin/java\0-jar\0/x/georep-agent.jar\0")).isTrue();
    assertThat(Mappings.isOwn("java\0-jar\0/x/other.jar\0/y/georep.jar\0")).isFalse();
    assertThat(Mappings.isOwn("vi\0/x/georep.jar\0")).isFalse();
    assertThat(Mappings.isOwn("java\0-jar\0/x/georep.jar.old\0")).isFalse();
    assertThat(Mappings.isOwn("")).isFalse();
  }
}
