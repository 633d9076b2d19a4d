package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.georep.testing.OtherUser;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user without privilege replicates a tree of his own to another one of his. */
final class OtherUserTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  @ParameterizedTest
  @ValueSource(classes = {OnceTest.class, LiveTest.class, EveryOperationTest.class})
  void keepsItsOwnTreeInStep(Class<?> tests) {
    OtherUser user = new OtherUser(sandbox.directory("user"));
    assertThat(user.runTests(tests.getName()).values()).contains("SUCCESSFUL");
  }
}
