package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.georep.connection.ConnectionException.Reason;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.NativeLibc;
import org.georep.protocol.Greeting;
import org.georep.protocol.Keeping;
import org.georep.protocol.MinFree;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.AgentMain;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Links over a real sshd on the loopback address, to the scripted agent. */
final class SshLinkTest {
  private static final Duration PATIENT = Duration.ofSeconds(60);
  private static final String TICKET = "0123456789abcdef0123456789abcdef";

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Path cache = Path.of("/");
  private AgentJar jar = new AgentJar(Path.of("/"), 0, "0".repeat(64));

  @BeforeEach
  void prepare() throws Exception {
    Sshd.assumeAvailable();
    cache = sandbox.directory("cache");
    jar = ScriptedAgents.jar(sandbox.path().resolve("agent.jar"));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  /** The far user's cache is the sandbox's. */
  private Sshd.Builder sshd() {
    return Sshd.builder(sandbox.directory("sshd"));
  }

  private Sshd start(Sshd.Builder builder) {
    Sshd sshd = builder.configuration("SetEnv XDG_CACHE_HOME=" + cache).start();
    open.add(sshd);
    return sshd;
  }

  private SecondaryAddress.Ssh address(Sshd sshd) {
    return new SecondaryAddress.Ssh(
        Optional.of(sshd.user()), sshd.host(), OptionalInt.of(sshd.port()), sandbox.bytes());
  }

  private static LinkOptions options(Sshd sshd) {
    return options(sshd.knownHostsFile(), sshd.identityFile(), PATIENT, Optional.empty());
  }

  private static LinkOptions options(
      Path known, Path key, Duration timeout, Optional<String> command) {
    return new LinkOptions(
        List.of(
            "UserKnownHostsFile=" + known, "GlobalKnownHostsFile=/dev/null", "IdentityAgent=none"),
        Optional.of(key),
        command,
        timeout);
  }

  private SshLink connect(Sshd sshd, LinkOptions options) throws Exception {
    SshLink link = SshLink.connect(address(sshd), options, Optional.of(jar));
    open.add(link);
    return link;
  }

  private ConnectionException refusal(Sshd sshd, LinkOptions options) throws Exception {
    try {
      connect(sshd, options);
    } catch (ConnectionException e) {
      return e;
    }
    throw new AssertionError("connected");
  }

  private AgentClient session(SshLink link, Duration timeout) throws Exception {
    AgentClient client = AgentClient.open(link.open(), timeout);
    open.add(client);
    client.call(
        new Request.Hello(
            sandbox.bytes(),
            UUID.randomUUID(),
            VolumeId.fresh(),
            Gfid.of(new byte[] {1}),
            Request.Mode.REPLICATE,
            "here",
            Keeping.NOTHING,
            MinFree.NONE),
        Reply.Welcome.class);
    return client;
  }

  private static void ping(AgentClient client) throws Exception {
    client.call(new Request.Ping(), Reply.Done.class);
  }

  private static long connections(Sshd sshd) {
    return sshd.log().lines().filter(line -> line.contains("Accepted publickey")).count();
  }

  private static Reason reasonOf(CompletableFuture<Reply> future) throws Exception {
    try {
      throw new AssertionError(
          "answered: " + future.get(Waits.limit().toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(ConnectionException.class);
      return ((ConnectionException) e.getCause()).reason();
    }
  }

  @Test
  @DisplayName("the agent is copied once, then found; all channels share one connection")
  void bootstrap() throws Exception {
    Sshd sshd = start(sshd());
    Path copy = cache.resolve("georep").resolve("agent-" + jar.sha256() + ".jar");
    try (SshLink link = connect(sshd, options(sshd))) {
      ping(session(link, PATIENT));
      ping(session(link, PATIENT));
    }
    assertThat(copy).hasSameBinaryContentAs(jar.file());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
        .isEqualTo("rw-------");
    assertThat(connections(sshd)).isEqualTo(1);

    Object copied = Files.getAttribute(copy, "unix:ino");
    Path stamp = copy.resolveSibling("agent-" + jar.sha256() + ".used");
    Files.setLastModifiedTime(stamp, FileTime.fromMillis(1));
    try (SshLink link = connect(sshd, options(sshd))) {
      ping(session(link, PATIENT));
    }
    assertThat(Files.getAttribute(copy, "unix:ino")).isEqualTo(copied);
    assertThat(Files.getLastModifiedTime(stamp))
        .as("its time says that the copy is used")
        .isGreaterThan(FileTime.fromMillis(1));
    assertThat(connections(sshd)).isEqualTo(2);
    try (Stream<Path> files = Files.list(copy.getParent())) {
      List<Path> archives = new ArrayList<>(files.toList());
      assertThat(archives).contains(copy, stamp);
      archives.removeAll(List.of(copy, stamp));
      assertThat(archives).as("the archive of its classes").hasSize(1);
      assertTaken(archives.get(0), copy);
    }
  }

  /** Java, which otherwise does without, ends if the archive does not fit the jar any more. */
  private static void assertTaken(Path archive, Path copy) throws Exception {
    List<String> command = new ArrayList<>(AgentJvm.localCommand().subList(0, 1));
    command.addAll(AgentJvm.FLAGS);
    command.addAll(List.of("-Xshare:on", AgentJvm.ARCHIVE + archive, "-cp", copy.toString()));
    command.addAll(List.of(AgentMain.class.getName(), "--no-such-option"));
    assertThat(Program.run(command).output()).contains("takes no options but");
  }

  @Test
  @DisplayName("a copy that arrives altered or short is not taken for an agent")
  void badCopy() throws Exception {
    Sshd sshd = start(sshd());
    AgentJar right = jar;
    jar = new AgentJar(right.file(), right.size(), "0".repeat(64));
    assertThat(refusal(sshd, options(sshd))).hasMessageContaining("cannot be copied");
    jar = new AgentJar(right.file(), right.size() + 1, right.sha256());
    assertThat(refusal(sshd, options(sshd)).reason()).isEqualTo(Reason.MISSING_PROGRAM);
    try (Stream<Path> files = Files.list(cache.resolve("georep"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  @DisplayName("the far end's data comes through untouched, started by the link's command, too")
  void dataChannel() throws Exception {
    Sshd sshd = start(sshd());
    SshLink link = connect(sshd, options(sshd));
    Process process = new ProcessBuilder(link.command()).start();
    byte[] data = new byte[1 << 20];
    new java.util.Random(1).nextBytes(data);
    Thread writer =
        new Thread(
            () -> {
              try (var out = process.getOutputStream()) {
                out.write(new Greeting.Data(sandbox.bytes(), TICKET).toLine());
                out.write(data);
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    writer.start();
    byte[] back = process.getInputStream().readAllBytes();
    writer.join();
    assertThat(process.waitFor()).isEqualTo(7);
    assertThat(back).hasSize(data.length + TICKET.length() + 1).endsWith(data);
    assertThat(connections(sshd)).isEqualTo(1);
  }

  @Test
  @DisplayName("a wrong key is a matter of authentication")
  void wrongKey() throws Exception {
    Sshd sshd = start(sshd());
    Path key = sandbox.path().resolve("other");
    Program.check("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
    ConnectionException refused =
        refusal(sshd, options(sshd.knownHostsFile(), key, PATIENT, Optional.empty()));
    assertThat(refused.reason()).isEqualTo(Reason.AUTHENTICATION);
    assertThat(refused).hasMessageContaining("ssh-copy-id");

    Files.setPosixFilePermissions(
        sshd.identityFile(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(refusal(sshd, options(sshd))).hasMessageContaining("chmod 600");
    Path none = sandbox.path().resolve("none");
    assertThat(refusal(sshd, options(sshd.knownHostsFile(), none, PATIENT, Optional.empty())))
        .hasMessageContaining("cannot be read");
  }

  @Test
  @DisplayName("an unknown host key is refused, and so is a changed one")
  void hostKey() throws Exception {
    Sshd sshd = start(sshd());
    Path nobody = Files.createFile(sandbox.path().resolve("known"));
    ConnectionException unknown =
        refusal(sshd, options(nobody, sshd.identityFile(), PATIENT, Optional.empty()));
    assertThat(unknown.reason()).isEqualTo(Reason.HOST_KEY);
    assertThat(unknown).hasMessageContaining("ssh-keyscan -p " + sshd.port());
    assertThat(nobody).isEmptyFile();

    sshd.changeHostKey();
    ConnectionException changed = refusal(sshd, options(sshd));
    assertThat(changed.reason()).isEqualTo(Reason.HOST_KEY);
    assertThat(changed).hasMessageContaining("ssh-keygen -R");
  }

  @Test
  @DisplayName("no sshd, no such host, no such option: each says so")
  void unreachable() throws Exception {
    Sshd sshd = start(sshd());
    sshd.stop();
    assertThat(refusal(sshd, options(sshd)))
        .hasMessageContaining("no sshd answers")
        .extracting(ConnectionException::reason)
        .isEqualTo(Reason.UNREACHABLE);
    SecondaryAddress.Ssh nowhere =
        (SecondaryAddress.Ssh) SecondaryAddress.parse("nowhere.invalid:/srv");
    assertThatThrownBy(() -> SshLink.connect(nowhere, options(sshd), Optional.of(jar)))
        .hasMessageContaining("no host is known by the name nowhere.invalid");
    LinkOptions strange =
        new LinkOptions(List.of("NoSuchOption=1"), Optional.empty(), Optional.empty(), PATIENT);
    assertThat(refusal(sshd, strange)).hasMessageContaining("--ssh-option");
  }

  @Test
  @DisplayName("a host without Java says what to install")
  void noJava() throws Exception {
    assumeTrue(NativeLibc.instance().geteuid() == 0, "hiding Java takes root");
    // In a mount namespace of its own, so that nobody else misses it.
    Path script = sandbox.path().resolve("hide");
    Files.writeString(
        script,
        "#!/bin/sh\nexec unshare -m --propagation slave sh -c 'mount -t tmpfs none /usr/lib/jvm && unset JAVA_HOME && exec"
            + " sh -c \"$1\"' sh \"$SSH_ORIGINAL_COMMAND\"\n");
    Sshd sshd = start(sshd().configuration("ForceCommand sh " + script));
    ConnectionException missing = refusal(sshd, options(sshd));
    assertThat(missing.reason()).isEqualTo(Reason.MISSING_PROGRAM);
    assertThat(missing).hasMessageContaining("there is no Java on 127.0.0.1; install Java 17");
  }

  @Test
  @DisplayName("when sshd lets no more channels through, further ones get connections of their own")
  void maxSessions() throws Exception {
    Sshd sshd = start(sshd().maxSessions(1));
    SshLink link = connect(sshd, options(sshd));
    List<AgentClient> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(session(link, PATIENT));
    }
    for (AgentClient client : clients) {
      ping(client);
    }
    // The shared one, the second channel's own, and after that refusal a shared one for each; the
    // first agent has one of its own where sshd has yet to notice that what copied it has ended.
    assertThat(connections(sshd)).isBetween(4L, 5L);
  }

  @Test
  @DisplayName(
      "when the connection breaks in mid request the futures fail as lost, and a new link works")
  void broken() throws Exception {
    Sshd sshd = start(sshd());
    SshLink link = connect(sshd, options(sshd));
    AgentClient client = session(link, PATIENT);
    CompletableFuture<Reply> waiting = client.send(new Request.OpenJob(1, "wait /nonexistent/x"));
    sshd.dropConnections();
    assertThat(reasonOf(waiting)).isEqualTo(Reason.LOST);
    link.close();
    ping(session(connect(sshd, options(sshd)), PATIENT));
  }

  @Test
  @DisplayName("a stalled ssh is lost after the timeout; the agent there ends, too")
  void stalled() throws Exception {
    Sshd sshd = start(sshd());
    SshLink link = connect(sshd, options(sshd));
    Duration timeout = Duration.ofSeconds(1);
    AgentClient client = session(link, timeout);
    // Its sockets stay open and nothing moves any more, as when a network goes silent.
    long master = master(link);
    Program.check("kill", "-STOP", Long.toString(master));
    assertThat(reasonOf(client.send(new Request.Ping()))).isEqualTo(Reason.LOST);
    Waits.until(
        "no agent runs any more",
        () ->
            ProcessHandle.allProcesses()
                .noneMatch(
                    process ->
                        process.info().commandLine().orElse("").contains("agent-" + jar.sha256())));
  }

  @Test
  @DisplayName("an agent command is run as it is; a wrong one is said to be wrong")
  void agentCommand() throws Exception {
    Sshd sshd = start(sshd());
    String command = quoted(ScriptedAgents.command());
    LinkOptions right =
        options(sshd.knownHostsFile(), sshd.identityFile(), PATIENT, Optional.of(command));
    ping(session(connect(sshd, right), PATIENT));
    assertThat(cache).isEmptyDirectory();
    LinkOptions wrong =
        options(
            sshd.knownHostsFile(),
            sshd.identityFile(),
            PATIENT,
            Optional.of("/nonexistent/georep agent"));
    assertThat(refusal(sshd, wrong))
        .hasMessageContaining("--agent-command")
        .extracting(ConnectionException::reason)
        .isEqualTo(Reason.MISSING_PROGRAM);
  }

  @Test
  @DisplayName("a key tied to the agent and one root works, for that root only")
  void forcedCommand() throws Exception {
    Path other = sandbox.directory("other");
    Sshd wrong =
        start(sshd().forcedCommand(quoted(ScriptedAgents.command("--root", other.toString()))));
    SshLink link = connect(wrong, options(wrong));
    AgentClient client = AgentClient.open(link.open(), PATIENT);
    open.add(client);
    assertThat(client.lost()).isEmpty();
    Reply reply =
        client
            .send(
                new Request.Hello(
                    sandbox.bytes(),
                    UUID.randomUUID(),
                    VolumeId.fresh(),
                    Gfid.of(new byte[] {1}),
                    Request.Mode.REPLICATE,
                    "here",
                    Keeping.NOTHING,
                    MinFree.NONE))
            .get();
    assertThat(reply).isInstanceOf(Reply.Refused.class);
    assertThat(cache).isEmptyDirectory();
  }

  @Test
  @DisplayName("closing a link ends its connections and leaves no socket behind")
  void closed() throws Exception {
    Sshd sshd = start(sshd());
    SshLink link = connect(sshd, options(sshd));
    String socket =
        link.command().stream()
            .filter(word -> word.startsWith("ControlPath="))
            .map(word -> word.substring("ControlPath=".length()))
            .findFirst()
            .orElseThrow();
    assertThat(Path.of(socket)).exists();
    link.close();
    Waits.until("its directory is gone", () -> !Files.exists(Path.of(socket).getParent()));
  }

  private static long master(SshLink link) {
    String socket =
        link.command().stream()
            .filter(word -> word.startsWith("ControlPath="))
            .findFirst()
            .orElseThrow();
    return running(socket).stream()
        .filter(process -> process.info().commandLine().orElse("").contains("ControlMaster=yes"))
        .findFirst()
        .orElseThrow()
        .pid();
  }

  private static List<ProcessHandle> running(String words) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(words))
        .toList();
  }

  private static String quoted(List<String> words) {
    StringBuilder line = new StringBuilder();
    for (String word : words) {
      line.append('\'').append(word.replace("'", "'\\''")).append("' ");
    }
    return line.toString().strip();
  }
}
