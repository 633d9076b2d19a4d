package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.EngineChoice;
import org.georep.posix.RawPath;
import org.georep.replicator.session.SessionName;
import org.georep.secondary.AgentMain;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Words a shell would act on, wherever a command line is made: none is run, here or there. */
final class HostileWordsTest {
  private static final String PWNED = "georep-pwned";

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private static String hostile(String name) {
    return name + "'; touch " + PWNED + "; $(touch " + PWNED + ")`touch " + PWNED + "`\"\n&|<>*?#";
  }

  @ParameterizedTest
  @EnumSource(EngineChoice.class)
  void pathsOfBothSidesAndNames(EngineChoice engine) throws Exception {
    Path primary = sandbox.directory(hostile("p"));
    Path secondary = sandbox.path().resolve(hostile("s"));
    Files.createDirectory(primary.resolve(hostile("-d")));
    for (String name : List.of(hostile("f"), "-e sh", "--rsh=touch " + PWNED, "$IFS", "x\\y")) {
      Files.writeString(primary.resolve(name), "contents");
      Files.writeString(primary.resolve(hostile("-d")).resolve(name), "other");
    }
    Files.write(primary.resolve(hostile("large")), new byte[2 << 20]);
    try (Sshd sshd = Sshd.start(sandbox.directory("sshd"))) {
      String agent =
          Path.of(System.getProperty("java.home"), "bin", "java")
              + " -cp '"
              + System.getProperty("java.class.path")
              + "' "
              + AgentMain.class.getName();
      LinkOptions options =
          new LinkOptions(
              List.of(
                  "UserKnownHostsFile=" + sshd.knownHostsFile(),
                  "GlobalKnownHostsFile=/dev/null",
                  "IdentityAgent=none"),
              Optional.of(sshd.identityFile()),
              Optional.of(agent),
              Duration.ofSeconds(60));
      SecondaryAddress address =
          new SecondaryAddress.Ssh(
              Optional.of(sshd.user()),
              sshd.host(),
              OptionalInt.of(sshd.port()),
              RawPath.toBytes(secondary));
      new TestSession(primary, sandbox.directory("state"), address, options, engine).once();
    }
    InStep.check(primary, secondary);
    for (Path where :
        List.of(
            Path.of(""),
            Path.of(System.getProperty("user.home")),
            Path.of("/tmp"),
            sandbox.path(),
            primary,
            secondary)) {
      assertThat(where.resolve(PWNED)).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-oProxyCommand=touch x:d",
        "$(id):d",
        "`id`:d",
        "a;b:d",
        "a b:d",
        "a\nb:d",
        "a'b:d",
        "-x@h:d",
        "u$(id)@h:d",
        "u;x@h:d",
        "ssh://-oX=y/d",
        "ssh://a;b/d",
        "ssh://u`id`@h/d",
        "[-oX]:d"
      })
  void hostsAndUsers(String address) {
    assertThatThrownBy(() -> SecondaryAddress.parse(address))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"$(id)", "a;b", "a b", "../up", "a/b", "-x", "a\nb", "`id`", ""})
  void sessions(String name) {
    assertThatThrownBy(() -> new SessionName(name)).isInstanceOf(RuntimeException.class);
  }
}
