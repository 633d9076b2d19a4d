package org.georep.secondary.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.TreeManifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a near end of its own making can do with the far rsync: any rsync client, with any options
 * and names, whose far end has the one fixed command line.
 */
class HostileRsyncTest {
  private static final String LINE = "rsync 300 plain .LsfxCIvu";

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Path from = Path.of("/");
  private Path root = Path.of("/");
  private Path job = Path.of("/");
  private Path outside = Path.of("/");
  private String before = "";

  @BeforeEach
  void make() throws Exception {
    assumeTrue(Program.find("rsync").isPresent(), "rsync is not installed");
    outside = Files.createDirectories(sandbox.path().resolve("outside/sub"));
    Files.writeString(outside.resolve("evil"), "precious");
    root = sandbox.directory("root");
    Files.writeString(root.resolve("evil"), "precious");
    job = Files.createDirectories(root.resolve(".georep/stage/jobs/7"));
    from = Files.createDirectories(sandbox.path().resolve("from/sub/sub"));
    for (String name : List.of("evil", "../evil", "../../evil")) {
      Files.writeString(from.resolve(name), "evil");
    }
    Files.createSymbolicLink(from.resolve("way"), outside);
    before = others();
  }

  /** Everything but the job's place. */
  private String others() throws Exception {
    return Program.check(
        "sh",
        "-c",
        "cd "
            + sandbox.path()
            + " && find outside root -path root/.georep/stage/jobs/7 -prune -o"
            + " -path root/trap -prune -o -printf '%P %y %m %U %s %T@ %l\\n' | sort;"
            + " cat outside/sub/evil root/evil");
  }

  /**
   * Runs a client whose far end is the agent's, whatever the client asks for. Where the two do not
   * understand each other, both may wait for the other.
   */
  private Program.Result send(String... words) throws Exception {
    List<String> far = FarProgram.rsync(LINE, root.toString());
    Path shell = sandbox.path().resolve("shell");
    Files.writeString(shell, "#!/bin/sh\ncd " + job + " && exec " + String.join(" ", far) + "\n");
    Program.check("chmod", "+x", shell.toString());
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh"));
    command.addAll(
        List.of(from.toString(), "timeout", "10", "rsync", "-tIR", "-e", shell.toString()));
    command.addAll(List.of("--timeout=30", "--stats", "--numeric-ids"));
    command.addAll(List.of(words));
    command.add("h:x");
    return Program.run(command);
  }

  @Test
  void anHonestClientIsServed() throws Exception {
    Program.Result result = send("--no-implied-dirs", "evil");
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(job.resolve("evil")).hasContent("evil");
    assertThat(others()).isEqualTo(before);
  }

  /** One word for one argument; the far end hears of none but by what it is sent. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil",
        "../../evil",
        "./../sub/../../evil",
        "/etc/hostname",
        "-l way way/evil",
        "--no-implied-dirs way/evil",
        "-k way/evil",
        "-K way/evil",
        "--no-relative ../evil ../../evil",
        "-a .",
        "-aHAX -D --specials --devices .",
        "-a --delete ./",
        "-a --delete-excluded --force ./",
        "--inplace evil",
        "--append evil",
        "--backup --backup-dir=../../../.. evil",
        "--partial-dir=/ evil",
        "--temp-dir=/ evil",
        "--copy-dest=/ evil",
        "--link-dest=/ evil",
        "--compare-dest=/ evil",
        "--remove-source-files --dry-run evil",
        "--files-from=- /",
        "--old-args evil",
        "-z --zc=zlib evil",
        "--write-devices evil",
        "--mkpath -s evil",
        "--protocol=29 -r .",
        "-M--log-file=/dev/stderr evil"
      })
  void nothingLeavesTheJobsPlace(String words) throws Exception {
    Program.Result result = send(words.split(" ", -1));
    assertThat(others()).as(result.output()).isEqualTo(before);
    assertThat(from.resolve("evil")).hasContent("evil");
  }

  /** Somebody plants a way out where names will arrive, before the near end sends them. */
  @ParameterizedTest
  @ValueSource(strings = {"way/evil", "-r way", "-r .", "--inplace way/evil", "way"})
  void norThroughWhatIsThereAlready(String words) throws Exception {
    Files.delete(from.resolve("way"));
    Files.createDirectory(from.resolve("way"));
    Files.writeString(from.resolve("way/evil"), "evil");
    Files.createSymbolicLink(job.resolve("way"), outside);
    Files.createSymbolicLink(job.resolve("evil"), outside.resolve("evil"));
    Program.Result result = send(words.split(" ", -1));
    assertThat(others()).as(result.output()).isEqualTo(before);
  }

  /** The secondary's tree, which is the basis, is swapped for the way out while it is read. */
  @Test
  void norInARaceAroundTheBasis() throws Exception {
    Files.createDirectory(root.resolve("d"));
    Files.writeString(root.resolve("d/evil"), "precious");
    Files.createSymbolicLink(root.resolve("trap"), outside);
    Files.createDirectory(from.resolve("d"));
    Files.writeString(from.resolve("d/evil"), "evil");
    TreeManifest kept = TreeManifest.of(NativeLibc.instance(), RawPath.toBytes(outside));
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong swaps = new AtomicLong();
    Thread swapper = new Thread(() -> swap(stop, swaps));
    swapper.start();
    try {
      for (int round = 0; round < 30; round++) {
        send("--no-implied-dirs", "d/evil");
      }
    } finally {
      stop.set(true);
      swapper.join();
    }
    assertThat(swaps).hasValueGreaterThan(100);
    assertThat(job.resolve("d/evil")).hasContent("evil");
    assertThat(kept.differences(TreeManifest.of(NativeLibc.instance(), RawPath.toBytes(outside))))
        .isEmpty();
  }

  private void swap(AtomicBoolean stop, AtomicLong swaps) {
    byte[] one = RawPath.toBytes(root.resolve("d"));
    byte[] other = RawPath.toBytes(root.resolve("trap"));
    int at = Linux.AT_FDCWD;
    while (!stop.get()) {
      try {
        NativeLibc.instance().renameat2(at, one, at, other, Linux.RENAME_EXCHANGE);
        swaps.incrementAndGet();
      } catch (PosixException e) {
        throw new IllegalStateException(e); // nobody else moves them
      }
    }
  }

  /** Bytes that are no rsync's. */
  @Test
  void noiseEndsIt() throws Exception {
    java.util.Random random = new java.util.Random(7);
    for (int round = 0; round < 20; round++) {
      byte[] noise = new byte[1 + random.nextInt(5000)];
      random.nextBytes(noise);
      noise[0] = 31; // a protocol it speaks
      Path file = Files.write(sandbox.path().resolve("noise"), noise);
      Process process =
          new ProcessBuilder(FarProgram.rsync(LINE, root.toString()))
              .directory(job.toFile())
              .redirectInput(file.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(said).isNotZero();
    }
    assertThat(others()).isEqualTo(before);
  }
}
