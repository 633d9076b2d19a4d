package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.georep.changelog.capture.CaptureWish;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.EngineChoice;
import org.georep.posix.NativeLibc;
import org.georep.testing.CountingRelay;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.Waits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What moves on the primary moves on the secondary: over a real connection, nothing is sent. */
final class RenameTest {
  private static final int FILES = Integer.getInteger("georep.test.files", 500);
  private static final long MOST_BYTES = 64 * 1024;

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private static Map<String, Object> inodes(Path directory) throws Exception {
    Map<String, Object> inodes = new HashMap<>();
    for (int i = 0; i < FILES; i++) {
      inodes.put("f" + i, Files.getAttribute(directory.resolve("f" + i), "unix:ino"));
    }
    return inodes;
  }

  @Test
  void aRenamedDirectoryCostsNoData() throws Exception {
    Path primary = sandbox.directory("primary");
    Path secondary = sandbox.path().resolve("secondary");
    Files.createDirectory(primary.resolve("before"));
    for (int i = 0; i < FILES; i++) {
      Files.writeString(primary.resolve("before/f" + i), "contents " + i);
    }
    try (Sshd sshd = Sshd.start(sandbox.directory("sshd"));
        CountingRelay relay = new CountingRelay(sshd.port());
        Scene scene =
            new Scene(
                primary,
                secondary,
                new TestSession(
                        primary,
                        sandbox.directory("state"),
                        new SecondaryAddress.Ssh(
                            Optional.of(sshd.user()),
                            sshd.host(),
                            OptionalInt.of(relay.port()),
                            secondary.toString().getBytes(StandardCharsets.UTF_8)),
                        options(sshd),
                        EngineChoice.AUTO)
                    .capture(
                        NativeLibc.instance().geteuid() == 0
                            ? CaptureWish.FANOTIFY
                            : CaptureWish.INOTIFY));
        Scene.Replicating replicating = scene.start()) {
      replicating.awaitInStep();
      Map<String, Object> inodes = inodes(secondary.resolve("before"));
      long sent = scene.session.meter().filesSynced.get();
      long before = relay.bytes();
      Files.move(primary.resolve("before"), primary.resolve("after"));
      Files.createDirectory(primary.resolve("above"));
      Files.move(primary.resolve("after"), primary.resolve("above/below"));
      replicating.awaitInStep();
      long bytes = relay.bytes() - before;
      System.out.println(FILES + " files renamed with their directory: " + bytes + " bytes");
      scene.assertInStep();
      assertThat(inodes(secondary.resolve("above/below"))).isEqualTo(inodes);
      assertThat(scene.session.meter().filesSynced.get()).isEqualTo(sent);
      assertThat(bytes).isPositive().isLessThan(MOST_BYTES);
    }
  }

  private static LinkOptions options(Sshd sshd) {
    String agent =
        Path.of(System.getProperty("java.home"), "bin", "java")
            + " -cp '"
            + System.getProperty("java.class.path")
            + "' org.georep.secondary.AgentMain";
    return new LinkOptions(
        List.of(
            "UserKnownHostsFile=" + sshd.knownHostsFile(),
            "HostKeyAlias=[" + sshd.host() + "]:" + sshd.port(),
            "GlobalKnownHostsFile=/dev/null",
            "IdentityAgent=none"),
        Optional.of(sshd.identityFile()),
        Optional.of(agent),
        Waits.limit());
  }
}
