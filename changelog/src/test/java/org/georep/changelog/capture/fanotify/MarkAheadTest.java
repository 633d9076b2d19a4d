package org.georep.changelog.capture.fanotify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.testing.FaultyLibc.method;

import java.io.IOException;
import org.georep.changelog.capture.Capturing;
import org.georep.changelog.capture.Volume;
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
  private int closed;
  private Volume volume;

  @BeforeEach
  void mount() throws IOException {
    volume = new Volume(LoopImage.Kind.TMPFS, sandbox.path());
    MarkAhead.begin();
    faulty.after(method("close"), call -> closed++);
  }

  @AfterEach
  void unmount() {
    if (volume != null) {
      MarkAhead.drop(volume.libc());
      volume.close();
    }
  }

  @Test
  void whatChangedBeforeTheVolumeWasOpenedIsCaptured() throws Exception {
    MarkAhead.set(volume.libc(), volume.bytes());
    volume.sh("echo a > early");
    try (Capturing capturing = new Capturing(FanotifySource.open(volume.libc(), volume.bytes()))) {
      assertThat(capturing.settle().names()).contains(volume.place("early"));
    }
  }

  @Test
  void theMarkOfAnotherDirectoryIsNotTaken() throws Exception {
    MarkAhead.set(volume.libc(), RawPath.toBytes(sandbox.path()));
    volume.sh("echo a > early");
    try (Capturing capturing = new Capturing(FanotifySource.open(volume.libc(), volume.bytes()))) {
      volume.sh("echo a > later");
      assertThat(capturing.settle().names())
          .contains(volume.place("later"))
          .noneMatch(place -> place.name().equals(FileName.of("early")));
    }
  }

  @Test
  void onceDecidedNoneIsSet() throws Exception {
    Libc libc = faulty.libc();
    MarkAhead.set(libc, volume.bytes());
    int before = closed;
    MarkAhead.drop(libc);
    assertThat(closed).as("closed").isEqualTo(before + 1);
    MarkAhead.set(libc, volume.bytes());
    MarkAhead.drop(libc);
    assertThat(closed).isEqualTo(before + 1);
  }

  @Test
  void whatIsNoDirectoryIsPassedOver() throws Exception {
    volume.sh("echo a > file");
    MarkAhead.set(volume.libc(), RawPath.toBytes(sandbox.path().resolve("nothing")));
    MarkAhead.set(volume.libc(), volume.bytes());
    volume.sh("echo a > early");
    try (Capturing capturing = new Capturing(FanotifySource.open(volume.libc(), volume.bytes()))) {
      assertThat(capturing.settle().names()).contains(volume.place("early"));
    }
  }
}
