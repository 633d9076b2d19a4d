package org.georep.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.posix.NativeLibc;
import org.georep.testing.Program;
import org.georep.testing.RsyncOracle;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Installs the package over this host's root, works with it as its unit does, upgrades and removes
 * it. Needs root, dpkg and overlayfs.
 */
final class DebianPackageTest {
  private static final String UNIT = "/lib/systemd/system/georep.service";
  private static final String START = "systemctl start georep";

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final List<Process> monitors = new ArrayList<>();
  private Overlay host;

  @BeforeEach
  void mount() throws IOException {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "chroot and dpkg need root");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg")), "this is no Debian: there is no dpkg");
    host = new Overlay(sandbox.path());
  }

  @AfterEach
  void unmount() throws Exception {
    if (host == null) {
      return;
    }
    for (Process monitor : monitors) {
      monitor.destroy();
    }
    killCaptures();
    host.close();
  }

  /** As `systemctl kill --kill-who=all` does. */
  private void killCaptures() throws Exception {
    Path marks = host.at("/var/lib/georep/.monitor");
    if (!Files.isDirectory(marks)) {
      return;
    }
    try (DirectoryStream<Path> captures = Files.newDirectoryStream(marks, "*.capture")) {
      for (Path capture : captures) {
        String pid = Files.readString(capture).strip().split("\\s+", 2)[0];
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  private String done(String... command) throws IOException {
    Program.Result result = host.run(command);
    assertThat(result.exitCode()).as(String.join(" ", command) + ": " + result.output()).isZero();
    return result.output();
  }

  private void install(Path deb) throws IOException {
    Files.copy(deb, host.at("/tmp/georep.deb"));
    done("dpkg", "--force-depends", "-i", "/tmp/georep.deb");
    Files.delete(host.at("/tmp/georep.deb"));
  }

  /** The same with a later version. */
  private Path later(Path deb) throws IOException {
    Path unpacked = sandbox.path().resolve("unpacked");
    Program.check("dpkg-deb", "-R", deb.toString(), unpacked.toString());
    Path control = unpacked.resolve("DEBIAN/control");
    Files.writeString(
        control, Files.readString(control).replaceFirst("(?m)^Version: .*$", "Version: 99"));
    Path later = sandbox.path().resolve("later.deb");
    Program.check(
        "dpkg-deb",
        "-Zgzip",
        "-z1",
        "--root-owner-group",
        "-b",
        unpacked.toString(),
        later.toString());
    return later;
  }

  /** Runs the unit's own command. */
  private Process startUnit() throws IOException {
    String line =
        Files.readAllLines(host.at(UNIT)).stream()
            .filter(each -> each.startsWith("ExecStart="))
            .findFirst()
            .orElseThrow();
    List<String> command = new ArrayList<>(List.of("chroot", host.at("/").toString()));
    command.addAll(List.of(line.substring("ExecStart=".length()).split(" ")));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(sandbox.path().resolve("monitor" + monitors.size()).toFile())
            .start();
    monitors.add(process);
    return process;
  }

  private void arrives(String name) throws Exception {
    Files.writeString(host.at("/tmp/primary/" + name), name, StandardCharsets.UTF_8);
    Waits.until(name + " arrives", () -> Files.exists(host.at("/tmp/secondary/" + name)));
  }

  @Test
  void isInstalledWorksIsUpgradedAndRemoved() throws Exception {
    Path deb = Path.of(System.getProperty("georep.package"));
    install(deb);
    assertThat(done("georep", "--version")).contains("georep");
    assertThat(host.at("/usr/share/georep/lib/cds")).isNotEmptyDirectory();
    assertThat(done("bash", "-c", ". /usr/share/bash-completion/completions/georep; complete -p"))
        .contains("georep");
    assertThat(Files.readString(host.at("/usr/share/man/man1/georep-session-create.1")))
        .contains(".SH \"SYNOPSIS\"");
    if (Files.isExecutable(host.at("/usr/bin/systemd-analyze"))) {
      assertThat(done("systemd-analyze", "--man=no", "verify", UNIT)).isEmpty();
    }
    try (DirectoryStream<Path> samples =
        Files.newDirectoryStream(host.at("/usr/share/doc/georep/samples"), "*.yaml")) {
      for (Path sample : samples) {
        done("georep", "config", "check", "/usr/share/doc/georep/samples/" + sample.getFileName());
      }
    }

    Files.createDirectory(host.at("/tmp/primary"));
    done("georep", "session", "create", "copy", "/tmp/primary", "/tmp/secondary");
    assertThat(done("georep", "session", "start", "copy")).contains("Start it: " + START);
    assertThat(done("georep", "status", "copy")).contains("Start it: " + START);
    Process monitor = startUnit();
    arrives("installed");
    done("georep", "checkpoint", "create", "copy", "before");
    done("georep", "checkpoint", "wait", "copy", "before", "--timeout", "60s");
    // systemctl restart: the monitor goes, its captures stay.
    monitor.destroy();
    assertThat(monitor.waitFor()).isZero();
    install(later(deb));
    assertThat(done("dpkg-query", "-W", "-f", "${Version}", "georep")).isEqualTo("99");
    Files.writeString(host.at("/tmp/primary/meanwhile"), "captured while nobody worked");
    startUnit();
    arrives("upgraded");
    Waits.untilPasses(
        () ->
            assertThat(RsyncOracle.differences(host.at("/tmp/primary"), host.at("/tmp/secondary")))
                .isEmpty());
    assertThat(done("georep", "events", "copy").split("crawl-begun", -1))
        .as("walked once, before the upgrade")
        .hasSize(2);

    monitors.get(1).destroy();
    monitors.get(1).waitFor();
    killCaptures();
    done("dpkg", "-r", "georep");
    assertThat(host.at("/usr/bin/georep")).doesNotExist();
    assertThat(host.at("/usr/share/georep")).doesNotExist();
    assertThat(host.at("/var/lib/georep/copy/session.yaml")).exists();
    done("dpkg", "-P", "georep");
    assertThat(host.at("/var/lib/georep")).doesNotExist();
    assertThat(host.at("/tmp/secondary/upgraded")).exists();
  }

  @Test
  void theArchiveNeedsNoInstallation() throws Exception {
    Path archive = Path.of(System.getProperty("georep.archive"));
    done("mkdir", "/tmp/opt");
    Program.check("tar", "-xzf", archive.toString(), "-C", host.at("/tmp/opt").toString());
    Path top;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(host.at("/tmp/opt"))) {
      top = all.iterator().next();
    }
    String georep = "/tmp/opt/" + top.getFileName() + "/georep";
    Files.createDirectories(host.at("/tmp/from/sub"));
    Files.writeString(host.at("/tmp/from/sub/file"), "contents");
    done(georep, "--state-dir", "/tmp/state", "replicate", "--once", "/tmp/from", "/tmp/to");
    assertThat(RsyncOracle.differences(host.at("/tmp/from"), host.at("/tmp/to"))).isEmpty();

    Files.deleteIfExists(host.at(UNIT)); // this host's own, if it has one
    done(georep, "session", "create", "copy", "/tmp/from", "/tmp/other");
    assertThat(done(georep, "session", "start", "copy"))
        .contains("Start it: georep monitor")
        .doesNotContain(START);
  }
}
