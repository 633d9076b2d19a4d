package org.georep.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.georep.name.EntryPath;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RemoteHandsTest {
  private static final EntryPath FILE = EntryPath.parse("a\nfile");

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path primary;
  private Path outside;

  @BeforeEach
  void makeDirectories() throws IOException {
    primary = Files.createDirectory(sandbox.path().resolve("primary"));
    outside = Files.createDirectory(sandbox.path().resolve("outside"));
  }

  private static Operation on(Kind kind, EntryPath path, long a, long b) {
    return Operation.of(0, kind, path, a, b);
  }

  private static boolean holdsUnlinked(long pid) throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return descriptors.anyMatch(RemoteHandsTest::isUnlinked);
    }
  }

  private static boolean isUnlinked(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().endsWith("file (deleted)");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void eachIsAProcessOfItsOwnThatHoldsWhatItOpened() throws Exception {
    try (RemoteHands one = new RemoteHands(primary, outside);
        RemoteHands other = new RemoteHands(primary, outside)) {
      one.begin();
      other.begin();
      assertThat(one.apply(on(Kind.CREATE, FILE, 5, 700))).isTrue();
      assertThat(primary.resolve("a\nfile")).hasSize(700);
      assertThat(one.apply(on(Kind.OPEN, FILE, 1, 0))).isTrue();
      assertThat(other.apply(on(Kind.UNLINK, FILE, 0, 0))).isTrue();
      assertThat(other.apply(on(Kind.UNLINK, FILE, 0, 0))).as("gone already").isFalse();
      assertThat(one.apply(on(Kind.WRITE_OPEN, EntryPath.ROOT, 1, 9))).isTrue();
      assertThat(one.pid()).isNotEqualTo(other.pid());
      assertThat(holdsUnlinked(one.pid())).isTrue();
      assertThat(holdsUnlinked(other.pid())).isFalse();
      one.end();
      assertThat(holdsUnlinked(one.pid())).isFalse();
    }
  }

  @Test
  void closingEndsTheProcess() throws Exception {
    RemoteHands hands = new RemoteHands(primary, outside);
    hands.begin();
    hands.close();
    assertThat(ProcessHandle.of(hands.pid()).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void aProcessThatIsGoneIsAnError() throws Exception {
    try (RemoteHands hands = new RemoteHands(primary, outside)) {
      hands.begin();
      Processes.signal("KILL", hands.pid());
      assertThatThrownBy(() -> hands.apply(on(Kind.CREATE, FILE, 5, 700)))
          .isInstanceOf(IOException.class);
    }
  }
}
