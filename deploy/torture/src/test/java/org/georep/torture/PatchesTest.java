package org.georep.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.testing.Sandbox;
import org.georep.torture.inside.BrokenCalls;
import org.georep.torture.inside.ShiftedClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PatchesTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  @Test
  void callsFailOnOneSideOnlyAndOnlyWhileTheyAreToldTo() throws Exception {
    Path here = Files.createDirectory(sandbox.path().resolve("here"));
    Path there = Files.createDirectory(sandbox.path().resolve("there"));
    tell(BrokenCalls.FILE, new BrokenCalls.Order(Errno.EIO, 1, false, 7, here + "/").toLine());
    assertThat(run(here, there)).containsExactly("open EIO", "statx EIO", "there", "clock right");
    Files.delete(sandbox.path().resolve(BrokenCalls.FILE));
    assertThat(run(here, there)).containsExactly("open", "statx", "there", "clock right");
  }

  @Test
  void whatIsOpenIsNotForbidden() throws Exception {
    Path here = Files.createDirectory(sandbox.path().resolve("here"));
    Path there = Files.createDirectory(sandbox.path().resolve("there"));
    tell(BrokenCalls.FILE, new BrokenCalls.Order(Errno.EACCES, 1, true, 7, here + "/").toLine());
    assertThat(run(here, there)).contains("open EACCES", "there");
    assertThat(Files.readString(sandbox.path().resolve(BrokenCalls.NOTES)))
        .contains(Errno.EACCES + " openat " + here)
        .doesNotContain("there");
  }

  @Test
  void theClockIsWhatItIsToldToBe() throws Exception {
    tell(ShiftedClock.FILE, "-5000");
    assertThat(run(sandbox.path(), sandbox.path())).contains("clock 5 s behind");
  }

  private void tell(String name, String line) throws IOException {
    Files.writeString(sandbox.path().resolve(name), line + "\n");
  }

  private List<String> run(Path here, Path there) throws Exception {
    Path front = Files.createDirectories(sandbox.path().resolve("front"));
    Patches.writeLibc(front);
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-cp",
            front + ":" + System.getProperty("java.class.path"),
            Subject.class.getName(),
            here.toString(),
            there.toString());
    builder.environment().put(Processes.VARIABLE, sandbox.path().toString());
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.lines().toList();
  }

  /** What runs with the patched class, in a process of its own. */
  static final class Subject {
    private Subject() {}

    public static void main(String[] args) throws Exception {
      Libc libc = NativeLibc.instance();
      say("open", () -> libc.close(open(libc, args[0])));
      say("statx", () -> libc.statx(Linux.AT_FDCWD, bytes(args[0] + "/file"), 0));
      say("there", () -> libc.close(open(libc, args[1])));
      long behind =
          java.time.Duration.between(ShiftedClock.instead().instant(), java.time.Instant.now())
              .toSeconds();
      System.out.println(behind == 0 ? "clock right" : "clock " + behind + " s behind");
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int open(Libc libc, String directory) throws PosixException {
      return libc.openat(
          Linux.AT_FDCWD, bytes(directory + "/file"), Linux.O_CREAT | Linux.O_RDWR, 0600);
    }

    private interface Call {
      void run() throws PosixException;
    }

    private static void say(String what, Call call) {
      try {
        call.run();
        System.out.println(what);
      } catch (PosixException e) {
        System.out.println(what + " " + Errno.name(e.errno()));
      }
    }
  }
}
