package org.georep.replicator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.connection.SecondaryAddress;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EndsCheckTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private final Libc libc = NativeLibc.instance();

  private Path at(String name) {
    return sandbox.path().resolve(name);
  }

  private Ends check(Path primary, Path secondary, Path state) throws Exception {
    return new EndsCheck(libc)
        .check(
            RawPath.toBytes(primary),
            new SecondaryAddress.Local(RawPath.toBytes(secondary)),
            new StateDirectory(state));
  }

  private void refused(String words, Path primary, Path secondary, Path state) {
    assertThatThrownBy(() -> check(primary, secondary, state))
        .isInstanceOf(GeorepException.class)
        .hasMessageContaining(words)
        .satisfies(e -> assertThat(((GeorepException) e).code()).isEqualTo(ExitCode.ERROR))
        .message()
        .endsWith(".");
  }

  @Test
  void realPathsComeBack() throws Exception {
    Files.createDirectories(at("real/primary"));
    Files.createDirectories(at("real/up"));
    Files.createSymbolicLink(at("link"), at("real"));
    Ends ends = check(at("link/primary"), at("link/up/new/copy"), at("state"));
    assertThat(ends.primary()).isEqualTo(at("real/primary"));
    assertThat(ends.secondary())
        .isEqualTo(new SecondaryAddress.Local(RawPath.toBytes(at("real/up/new/copy"))));
    assertThat(at("real/up/new")).doesNotExist();
  }

  @Test
  void thePrimaryMustBeADirectory() throws Exception {
    refused("does not exist", at("none"), at("s"), at("state"));
    Files.writeString(at("file"), "");
    refused("is not a directory", at("file"), at("s"), at("state"));
    refused("is not a directory", at("file/below"), at("s"), at("state"));
    assertThatThrownBy(
            () ->
                new EndsCheck(libc)
                    .check(
                        new byte[0],
                        SecondaryAddress.parse("h:/d"),
                        new StateDirectory(at("state"))))
        .hasMessageContaining("empty");
  }

  @Test
  void theSecondaryMustBeADirectoryOrFree() throws Exception {
    Path primary = sandbox.directory("p");
    Files.writeString(at("file"), "");
    refused("is not a directory", primary, at("file"), at("state"));
    refused("is not a directory", primary, at("file/x"), at("state"));
    check(primary, at("free"), at("state"));
  }

  @Test
  void noneMayHoldAnother() throws Exception {
    Path primary = sandbox.directory("p");
    sandbox.directory("p/in/deep");
    sandbox.directory("outer/primary");
    Files.createSymbolicLink(at("alias"), at("p/in"));
    refused("is the primary itself", primary, primary, at("state"));
    refused("lies inside the primary", primary, at("p/in"), at("state"));
    refused("lies inside the primary", primary, at("p/in/deep/not/yet"), at("state"));
    refused("lies inside the primary", primary, at("alias/not-yet"), at("state"));
    refused("lies inside the primary", primary, at("p/../p/x"), at("state"));
    refused("lies inside the secondary", at("outer/primary"), at("outer"), at("state"));
    refused("state directory", primary, at("s"), at("p/state"));
    refused("state directory", primary, at("s"), at("alias/state"));
    refused("--state-dir", primary, sandbox.directory("s"), at("s/state"));
    // Names that only look alike.
    sandbox.directory("p2");
    check(primary, at("p2"), at("p3"));
  }

  @Test
  void aMountHidesNothingAndIsNotPartOfThePrimary() throws Exception {
    assumeTrue(libc.geteuid() == 0, "needs root to mount");
    Path primary = sandbox.directory("p");
    sandbox.directory("p/in");
    Path bound = sandbox.directory("bound");
    Path disk = sandbox.directory("p/disk");
    Program.check("mount", "--bind", primary.toString(), bound.toString());
    try {
      refused("is the primary itself", primary, bound, at("state"));
      refused("lies inside the primary", primary, bound.resolve("in"), at("state"));
      refused("lies inside the secondary", bound.resolve("in"), primary, at("state"));
      refused("lies inside the primary", primary, disk.resolve("copy"), at("state"));
      Program.check("mount", "-t", "tmpfs", "tmpfs", disk.toString());
      try {
        check(primary, disk.resolve("copy"), disk.resolve("state"));
      } finally {
        Program.check("umount", disk.toString());
      }
    } finally {
      Program.check("umount", bound.toString());
    }
  }

  @Test
  void aSecondaryElsewhereIsNotLookedAt() throws Exception {
    Path primary = sandbox.directory("p");
    SecondaryAddress there = SecondaryAddress.parse("host.invalid:" + primary);
    Ends ends =
        new EndsCheck(libc).check(RawPath.toBytes(primary), there, new StateDirectory(at("state")));
    assertThat(ends.secondary()).isEqualTo(there);
    assertThat(
            new EndsCheck(libc).primary(RawPath.toBytes(primary), new StateDirectory(at("state"))))
        .isEqualTo(primary);
  }
}
