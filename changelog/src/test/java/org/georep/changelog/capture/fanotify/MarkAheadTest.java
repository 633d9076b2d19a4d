package org.georep.changelog.capture.fanotify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.testing.FaultyLibc.method;

import java.io.IOException;
import org.georep.changelog.capture.Capturing;
import org.georep.changelog.capture.Volume;
import org.georep.changelog.capture.fanotify.FanotifySource.QueueLength;
import org.georep.name.FileName;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.testing.FaultyLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MarkAheadTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
  private final MarkAhead ahead = new MarkAhead();
  private int closed;
  private Volume volume;

  @BeforeEach
  void mount() throws IOException {
    volume = new Volume(LoopImage.Kind.TMPFS, sandbox.path());
    faulty.after(method("close"), call -> closed++);
  }

  @AfterEach
  void unmount() {
    if (volume != null) {
      ahead.drop(volume.libc());
      volume.close();
    }
  }

  private Capturing capture() throws IOException {
    long self = ProcessHandle.current().pid();
    return new Capturing(
        FanotifySource.open(volume.libc(), volume.bytes(), QueueLength.UNLIMITED, self, ahead));
  }

  @Test
  void whatChangedBeforeTheVolumeWasOpenedIsCaptured() throws Exception {
    ahead.set(volume.libc(), volume.bytes());
    volume.sh("echo a > early");
    try (Capturing capturing = capture()) {
      assertThat(capturing.settle().names()).contains(volume.place("early"));
    }
  }

  @Test
  void theMarkOfAnotherDirectoryIsNotTaken() throws Exception {
    ahead.set(volume.libc(), RawPath.toBytes(sandbox.path()));
    volume.sh("echo a > early");
    try (Capturing capturing = capture()) {
      volume.sh("echo a > later");
      assertThat(capturing.settle().names())
          .contains(volume.place("later"))
          .noneMatch(place -> place.name().equals(FileName.of("early")));
    }
  }

  @Test
  void onceDecidedNoneIsSet() throws Exception {
    Libc libc = faulty.libc();
    ahead.set(libc, volume.bytes());
    int before = closed;
    ahead.drop(libc);
    assertThat(closed).as("closed").isEqualTo(before + 1);
    ahead.set(libc, volume.bytes());
    ahead.drop(libc);
    assertThat(closed).isEqualTo(before + 1);
  }

  @Test
  void whatIsNoDirectoryIsPassedOver() throws Exception {
    volume.sh("echo a > file");
    ahead.set(volume.libc(), RawPath.toBytes(sandbox.path().resolve("nothing")));
    ahead.set(volume.libc(), volume.bytes());
    volume.sh("echo a > early");
    try (Capturing capturing = capture()) {
      assertThat(capturing.settle().names()).contains(volume.place("early"));
    }
  }
}
