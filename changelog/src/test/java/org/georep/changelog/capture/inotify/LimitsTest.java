package org.georep.changelog.capture.inotify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.georep.changelog.capture.Capturing;
import org.georep.changelog.capture.Capturing.Written;
import org.georep.changelog.capture.Volume;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.testing.FaultyLibc;
import org.georep.testing.LoopImage;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Watches run out, the queue overflows, there are no privileges. */
class LimitsTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Volume volume;

  @BeforeEach
  void mount() throws IOException {
    volume = new Volume(LoopImage.Kind.TMPFS, sandbox.path());
  }

  @AfterEach
  void unmount() {
    if (volume != null) {
      volume.close();
    }
  }

  @Test
  void showsWhatItCannotCover() throws Exception {
    volume.sh("mkdir -p a/b/c d/e/f");
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    int[] left = {4};
    faulty.before(
        FaultyLibc.method("inotifyAddWatch"),
        call -> {
          if (left[0]-- <= 0) {
            throw new org.georep.posix.PosixException(
                "inotify_add_watch", new byte[0], Errno.ENOSPC);
          }
        });
    try (InotifySource source = InotifySource.open(faulty.libc(), volume.bytes())) {
      assertThat(source.coverage()).isEqualTo(4.0 / 7);
      assertThat(source.uncovered()).isEqualTo(3);
    }
    left[0] = 100;
    try (InotifySource source = InotifySource.open(faulty.libc(), volume.bytes())) {
      assertThat(source.coverage()).isEqualTo(1);
      assertThat(source.uncovered()).isZero();
    }
  }

  @Test
  void goesOnAfterAnOverflow() throws Exception {
    volume.sh("mkdir d");
    InotifySource source = InotifySource.open(volume.libc(), volume.bytes());
    int limit =
        Integer.parseInt(
            Files.readAllLines(Path.of("/proc/sys/fs/inotify/max_queued_events")).get(0));
    for (int i = 0; i < limit; i++) {
      Files.createFile(volume.root().resolve("f" + i));
    }
    // Made when the queue is full: never told of.
    volume.sh("mkdir -p d/new/below; rm f*; mkdir moved; mv d/new moved");
    try (Capturing capturing = new Capturing(source)) {
      assertThat(capturing.settle().of(ChangeRecord.Gap.class)).isNotEmpty();
      volume.sh("echo a > moved/new/below/f");
      Written written = capturing.settle();
      assertThat(written.names()).contains(volume.place("moved/new/below/f"));
      assertThat(written.data()).contains(volume.gfid("moved/new/below/f"));
    }
  }

  /** Nothing is lost, and nothing ends, when the kernel fails at one directory for a while. */
  @Test
  void aDirectoryThatCannotBeReadIsListedAgain() throws Exception {
    volume.sh("mkdir -p d/below e");
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    try (Capturing capturing = new Capturing(InotifySource.open(faulty.libc(), volume.bytes()))) {
      faulty.fail(FaultyLibc.path("new"), Errno.EIO);
      volume.sh("mkdir -p d/new/below; echo a > e/f");
      Waits.until(
          "the rest is told of", () -> capturing.soFar().names().contains(volume.place("e/f")));
      faulty.clear();
      assertThat(capturing.settle().outside())
          .contains(volume.gfid("d/new"), volume.gfid("d/new/below"));
      volume.sh("echo a > d/new/below/f");
      assertThat(capturing.settle().names()).contains(volume.place("d/new/below/f"));
    }
  }

  /** No event tells that a directory may be read again: its mode need not be what shut it. */
  @Test
  void aDirectoryThatMayNotBeReadForAWhileIsWatchedLater() throws Exception {
    volume.sh("mkdir -p d/below e");
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    try (Capturing capturing = new Capturing(InotifySource.open(faulty.libc(), volume.bytes()))) {
      faulty.fail(
          FaultyLibc.path("new")
              .and(FaultyLibc.method("openat2"))
              .and(call -> ((Number) call.arguments()[2]).longValue() < Linux.O_PATH),
          Errno.EACCES);
      volume.sh("mkdir -p d/new/below; echo a > e/f");
      assertThat(capturing.settle().names()).contains(volume.place("e/f"));
      volume.sh("echo a > d/new/f");
      faulty.clear();
      Set<Gfid> told = new HashSet<>();
      Waits.until(
          "it is watched, and what happened before is in doubt",
          () -> {
            told.addAll(capturing.soFar().outside());
            return told.contains(volume.gfid("d/new"));
          });
      volume.sh("echo a > d/new/g");
      assertThat(capturing.settle().names()).contains(volume.place("d/new/g"));
    }
  }

  /** No watch tells that it is gone. */
  @Test
  void aDirectoryThatCouldNotBeWatchedIsForgottenWithItsRemoval() throws Exception {
    volume.sh("mkdir -p d/new/below e");
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    faulty.fail(
        FaultyLibc.path("new")
            .and(FaultyLibc.method("openat2"))
            .and(call -> ((Number) call.arguments()[2]).longValue() < Linux.O_PATH),
        Errno.EACCES);
    InotifySource source = InotifySource.open(faulty.libc(), volume.bytes());
    try (Capturing capturing = new Capturing(source)) {
      assertThat(source.uncovered()).isEqualTo(1);
      volume.sh("rm -r d/new");
      capturing.settle();
      assertThat(source.uncovered()).isZero();
      assertThat(source.coverage()).isEqualTo(1);
    }
  }

  @Test
  void coversLessWhereItCannotRead() throws Exception {
    volume.sh("mkdir -p a/b c/d");
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    faulty.fail(FaultyLibc.path("b"), Errno.EIO);
    try (InotifySource source = InotifySource.open(faulty.libc(), volume.bytes())) {
      assertThat(source.coverage()).isLessThan(1);
    }
  }

  @Test
  void worksWithoutPrivilege() throws Exception {
    Path setpriv = org.georep.testing.Program.find("setpriv").orElse(null);
    org.junit.jupiter.api.Assumptions.assumeTrue(setpriv != null, "setpriv is not installed");
    volume.sh("mkdir d");
    Process child =
        new ProcessBuilder(
                List.of(
                    setpriv.toString(),
                    "--bounding-set=-all",
                    "--inh-caps=-all",
                    "--no-new-privs",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                    UnprivilegedCapture.class.getName(),
                    volume.root().toString()))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines =
        new BufferedReader(
            new java.io.InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(until(lines, "capture ")).startsWith("capture inotify: fanotify does not work");
      volume.sh("echo a > d/f");
      assertThat(until(lines, "Entry")).contains("/f");
      assertThat(until(lines, "Data")).contains(volume.gfid("d/f").toString());
    } finally {
      child.destroyForcibly();
      child.waitFor();
    }
  }

  private static String until(BufferedReader lines, String start) throws IOException {
    StringBuilder skipped = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(start)) {
        return line;
      }
      skipped.append(line).append('\n');
    }
    throw new AssertionError("no line starts with " + start + ":\n" + skipped);
  }
}
