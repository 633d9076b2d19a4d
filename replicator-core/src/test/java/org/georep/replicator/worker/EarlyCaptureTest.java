package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.georep.changelog.capture.CaptureChoice;
import org.georep.changelog.capture.CaptureWish;
import org.georep.changelog.capture.host.CaptureFeed;
import org.georep.changelog.journal.JournalDirectory;
import org.georep.changelog.journal.JournalSettings;
import org.georep.changelog.journal.StartAt;
import org.georep.name.VolumeId;
import org.georep.posix.NativeLibc;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Capture that was begun ahead is taken, or ended. */
final class EarlyCaptureTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final VolumeId volume = VolumeId.fresh();

  private CaptureFeed feed() throws IOException, InterruptedException {
    Path primary = sandbox.directory("primary");
    return CaptureFeed.attach(
        JournalDirectory.at(sandbox.path().resolve("journal")),
        JournalSettings.DEFAULT,
        "reader",
        new StartAt.Acknowledged(),
        () ->
            CaptureChoice.open(
                    NativeLibc.instance(),
                    primary.toString().getBytes(StandardCharsets.UTF_8),
                    CaptureWish.INOTIFY)
                .source()
                .orElseThrow(),
        Clock.systemUTC(),
        Waits.limit());
  }

  @Test
  void whatIsTakenIsReadByWhoTookItAndStaysOpen() throws Exception {
    EarlyCapture early =
        EarlyCapture.begin(() -> new EarlyCapture.Met(volume, Optional.of(feed())));
    EarlyCapture.Met met = early.take();
    early.close();
    assertThat(met.volume()).isEqualTo(volume);
    try (CaptureFeed feed = met.feed().orElseThrow()) {
      assertThat(feed.alive()).isTrue();
      feed.readFrom(new StartAt.End());
      Files.createFile(sandbox.path().resolve("primary").resolve("file"));
      assertThat(feed.await(Waits.limit())).isTrue();
    }
  }

  @Test
  void whatNobodyTookIsClosed() throws Exception {
    CountDownLatch attached = new CountDownLatch(1);
    try (EarlyCapture early =
        EarlyCapture.begin(
            () -> {
              EarlyCapture.Met met = new EarlyCapture.Met(volume, Optional.of(feed()));
              attached.countDown();
              return met;
            })) {
      attached.await();
      assertThat(early).isNotNull();
    }
    try (CaptureFeed again = feed()) {
      assertThat(again.hosted()).as("nobody else holds the journal").isTrue();
    }
  }

  @Test
  void aFailureIsWhoseTakesIt() throws Exception {
    try (EarlyCapture early =
        EarlyCapture.begin(
            () -> {
              throw new GeorepException(ExitCode.REFUSED, "not this one");
            })) {
      assertThatThrownBy(early::take)
          .isInstanceOfSatisfying(
              GeorepException.class, e -> assertThat(e.code()).isEqualTo(ExitCode.REFUSED));
    }
  }
}
