package org.georep.replicator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.georep.connection.LinkOptions;
import org.georep.connection.SecondaryAddress;
import org.georep.engine.EngineChoice;
import org.georep.posix.RawPath;
import org.georep.secondary.AgentMain;
import org.georep.testing.OtherUser;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/**
 * Root's tree, kept by an agent that is not root: what it cannot hold is put aside, not sent again
 * and again, and there when an agent that is root takes over.
 */
final class WithheldTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private Path primary = Path.of("/");
  private Path secondary = Path.of("/");
  private Sshd sshd;
  private OtherUser user;

  @BeforeEach
  void make() {
    user = new OtherUser(sandbox.directory("user"));
    sshd = Sshd.start(sandbox.directory("sshd"));
    primary = sandbox.directory("primary");
    secondary = user.directory("side").resolve("copy");
    sh(
        primary,
        "mkdir -p d/e closed; echo f >f; chown 1:2 f; echo s >s; chown 3:4 s; chmod 6755 s;"
            + " ln s d/s2; setfattr -n user.u -v 1 f; setfattr -n trusted.t -v 2 f;"
            + " cp /bin/true caps; setcap cap_net_raw+ep caps; mknod chr c 1 3; chown 5 chr;"
            + " ln chr d/chr2; mknod blk b 7 200; mkfifo p; chown 6 p; ln -s x l; chown -h 7:8 l;"
            + " setfattr -h -n trusted.l -v 3 l; echo c >closed/c; chmod 0 closed/c;"
            + " setfattr -n user.c -v 4 closed/c; chmod 500 closed; chown 9 closed;"
            + " setfattr -n user.georep.meta -v theirs f; setfattr -n user.georep.any -v theirs s d/e;"
            + " setfacl -m u:9:r f; setfacl -d -m u:9:rx d; echo i >d/i; chattr +i d/i;"
            + " touch -d 2001-02-03T04:05:06.7 d/e f s chr");
  }

  @AfterEach
  void end() {
    if (sshd != null) {
      Program.run(List.of("chattr", "-R", "-f", "-i", sandbox.path().toString()));
      sshd.close();
    }
  }

  private static String sh(Path directory, String script) {
    return Program.check(List.of("sh", "-ec", "cd '" + directory + "'; " + script));
  }

  private SecondaryAddress address() {
    return new SecondaryAddress.Ssh(
        Optional.of(sshd.user()),
        sshd.host(),
        OptionalInt.of(sshd.port()),
        RawPath.toBytes(secondary));
  }

  private LinkOptions options(List<String> agent) {
    String command = "'" + String.join("' '", agent) + "'";
    return new LinkOptions(
        List.of(
            "UserKnownHostsFile=" + sshd.knownHostsFile(),
            "GlobalKnownHostsFile=/dev/null",
            "IdentityAgent=none"),
        Optional.of(sshd.identityFile()),
        Optional.of(command),
        Duration.ofSeconds(60));
  }

  private String meta(String name) {
    return Program.check(
            "getfattr", "-n", "user.georep.meta", "-e", "hex", secondary.resolve(name).toString())
        .strip();
  }

  private String stamps() {
    return sh(
        secondary, "find . -path ./.georep -prune -o -not -type d -printf '%p %i %C@\\n' | sort");
  }

  @Test
  void isKeptNotSentAgainAndGivenBack() throws Exception {
    List<String> nobody =
        user.java(
            List.of("-Djava.io.tmpdir=" + user.directory("tmp")),
            AgentMain.class.getName(),
            List.of());
    TestSession session =
        new TestSession(
            primary, sandbox.directory("state"), address(), options(nobody), EngineChoice.AUTO);
    assertThat(notes(session)).hasSize(1).first().asString().contains("agent is not root");
    assertThat(session.meter().fault()).isEmpty();
    assertThat(sh(secondary, "cat f s d/s2 closed/c; readlink l; stat -c '%F %s %h' chr d/chr2 p"))
        .isEqualTo("f\ns\ns\nc\nx\nregular empty file 0 2\nregular empty file 0 2\nfifo 0 1\n");
    // Version 1, a file, 06755, uid 3, gid 4, no flags, no device, no attributes.
    assertThat(meta("s")).endsWith("0x01010ded0000000300000004" + "00".repeat(14));
    // A character device 1:3 of uid 5.
    assertThat(meta("chr")).contains("0x0106").contains("00000005").contains("0000000000000103");
    assertThat(meta("caps")).contains(hex("security.capability"));
    assertThat(meta("f")).contains(hex("trusted.t")).doesNotContain(hex("theirs"));
    assertThat(sh(secondary, "getfattr -d -m user.georep s d/e")).doesNotContain("georep.any");
    assertThat(meta("d/i")).contains("00000010");
    assertThat(sh(secondary, "getfattr -d f")).contains("user.u=\"1\"").doesNotContain("trusted");

    // What changed at about the time of the last mark is listed again, and then set.
    Instant made = Instant.now();
    Waits.until("marks are past it", () -> Instant.now().isAfter(made.plusSeconds(4)));
    assertThat(notes(session))
        .hasSize(2)
        .last()
        .asString()
        .endsWith("Something is kept so of " + entries() + " entries.");
    String before = stamps();
    session.once();
    assertThat(stamps()).as("the second time nothing is set again").isEqualTo(before);

    String inodes = sh(secondary, "stat -c %i f s caps closed closed/c d d/e d/i l p");
    session.by(address(), options(root()));
    session.once();
    InStep.check(primary, secondary);
    assertThat(sh(secondary, "stat -c %i f s caps closed closed/c d d/e d/i l p"))
        .as("taken over, not made anew")
        .isEqualTo(inodes);
    assertThat(sh(secondary, "lsattr d/i")).contains("i-");
    assertThat(sh(secondary, "getfattr -R -P -h -d -m user.georep . 2>&1; stat -c %u .georep"))
        .isEqualTo("0\n");
    assertThat(secondary.resolve(".georep/conflicts")).isEmptyDirectory();
    before = stamps();
    assertThat(notes(session)).as("nothing is withheld any more").isEmpty();
    assertThat(stamps()).isEqualTo(before);
  }

  /** Runs once; returns what was said then of what the secondary cannot hold. */
  private static List<String> notes(TestSession session) throws Exception {
    Logger log = (Logger) LoggerFactory.getLogger(Worker.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    Level before = log.getLevel();
    log.addAppender(said);
    log.setLevel(Level.INFO);
    try {
      session.once();
    } finally {
      log.setLevel(before);
      log.detachAppender(said);
    }
    return said.list.stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.contains("kept"))
        .toList();
  }

  /** All of the primary: each is root's, or another user's that its agent is not. */
  private int entries() {
    String inodes = sh(primary, "find . -path ./.georep -prune -o -printf '%i\\n' | sort -u");
    return (int) inodes.lines().count();
  }

  private static List<String> root() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        AgentMain.class.getName());
  }

  private static String hex(String text) {
    return java.util.HexFormat.of()
        .formatHex(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }
}
