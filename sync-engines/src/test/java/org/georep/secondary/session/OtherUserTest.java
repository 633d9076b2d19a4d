package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.georep.testing.OtherUser;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What only binds an agent that is not root. */
class OtherUserTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @Test
  void closedDirectoriesHoldNobodyUp() {
    OtherUser user = new OtherUser(sandbox.directory("user"));
    assertThat(user.runTests(ClosedDirectoriesTest.class.getName()))
        .hasSizeGreaterThan(10)
        .values()
        .containsOnly("SUCCESSFUL");
  }

  @Test
  void deletedEntriesAreKeptThereToo() {
    OtherUser user = new OtherUser(sandbox.directory("user"));
    assertThat(user.runTests(KeepDeletedTest.class.getName()))
        .hasSizeGreaterThan(15)
        .values()
        .containsOnly("SUCCESSFUL");
  }

  @Test
  void nothingLeadsItOutsideItsRootEither() {
    OtherUser user = new OtherUser(sandbox.directory("user"));
    Map<String, String> ends = user.runTests(ConfinementTest.class.getName());
    assertThat(ends).hasSizeGreaterThan(7).containsValue("ABORTED"); // there are no mounts for it
    ends.values().remove("ABORTED");
    assertThat(ends).hasSizeGreaterThan(6).values().containsOnly("SUCCESSFUL");
  }
}
