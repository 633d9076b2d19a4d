package org.georep.changelog.journal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who may write a journal is decided before it is opened, and stays decided. */
final class JournalClaimTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private JournalDirectory directory() throws Exception {
    return JournalDirectory.at(sandbox.directory("state").resolve("journal"));
  }

  private static void assertHeld(JournalDirectory directory) {
    assertThatThrownBy(() -> JournalClaim.take(directory)).isInstanceOf(JournalHeldException.class);
  }

  @Test
  void keepsOthersOutUntilItIsGivenBack() throws Exception {
    JournalDirectory directory = directory();
    JournalClaim claim = JournalClaim.take(directory);
    assertHeld(directory);
    claim.close();
    JournalClaim.take(directory).close();
  }

  @Test
  void isTheWritersOnceItIsOpen() throws Exception {
    JournalDirectory directory = directory();
    JournalClaim claim = JournalClaim.take(directory);
    JournalWriter writer = claim.open(JournalSettings.DEFAULT, Clock.systemUTC());
    claim.close();
    assertHeld(directory);
    writer.close();
    JournalClaim.take(directory).close();
  }

  @Test
  void isGivenBackWhenTheJournalCannotBeOpened() throws Exception {
    JournalDirectory directory = directory();
    Path head = directory.create().path().resolve("head");
    Files.createDirectory(head);
    try (JournalClaim claim = JournalClaim.take(directory)) {
      assertThatThrownBy(() -> claim.open(JournalSettings.DEFAULT, Clock.systemUTC()))
          .isInstanceOf(java.io.IOException.class);
    }
    Files.delete(head);
    JournalClaim.take(directory).open(JournalSettings.DEFAULT, Clock.systemUTC()).close();
  }
}
