package org.georep.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.georep.secondary.AgentMain;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Sshd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The agent put on a host for good, over a real sshd whose user has a home of the test's. */
class AgentInstallTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private Path data = Path.of("/");
  private Path jar = Path.of("/");
  private Sshd sshd;

  @BeforeEach
  void start() throws Exception {
    Sshd.assumeAvailable();
    data = sandbox.directory("a home").resolve(".local/share/georep");
    jar = runnable(sandbox.path().resolve("made.jar"), "1");
    serve("/usr/bin:/bin", System.getProperty("java.home"));
  }

  private void serve(String path, String java) {
    end();
    String home = data.getParent().getParent().getParent().toString();
    sshd =
        Sshd.builder(sandbox.directory("sshd" + path.replace('/', '_')))
            .configuration(
                ("SetEnv SHLVL=1 \"HOME=" + home + "\" PATH=" + path + " JAVA_HOME=" + java))
            .start();
  }

  @AfterEach
  void end() {
    if (sshd != null) {
      sshd.close();
    }
  }

  /** A jar that is the agent, with the classes under test. */
  private static Path runnable(Path file, String version) throws Exception {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    main.put(Attributes.Name.MAIN_CLASS, AgentMain.class.getName());
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    main.put(
        Attributes.Name.CLASS_PATH,
        Stream.of(path.split(File.pathSeparator, -1))
            .filter(part -> !part.isEmpty())
            .map(part -> Path.of(part).toUri().toString())
            .collect(Collectors.joining(" ")));
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream made = new JarOutputStream(out, manifest)) {
      made.finish();
    }
    return file;
  }

  private SecondaryAddress.Ssh address() {
    return new SecondaryAddress.Ssh(
        Optional.of(sshd.user()),
        sshd.host(),
        OptionalInt.of(sshd.port()),
        "/srv/copy".getBytes(StandardCharsets.US_ASCII));
  }

  private LinkOptions options(Optional<String> agent) {
    return new LinkOptions(
        List.of(
            "UserKnownHostsFile=" + sshd.knownHostsFile(),
            "GlobalKnownHostsFile=/dev/null",
            "IdentityAgent=none"),
        Optional.of(sshd.identityFile()),
        agent,
        Duration.ofSeconds(60));
  }

  private AgentInstall.Installed install(Path file) throws Exception {
    return new AgentInstall(address(), options(Optional.empty()), AgentJar.of(file)).install();
  }

  @Test
  void isStartedFromWhereItWasPut() throws Exception {
    AgentInstall.Installed made = install(jar);
    assertThat(made.fresh()).isTrue();
    assertThat(made.java()).isEqualTo(System.getProperty("java.version"));
    assertThat(Path.of(made.jar())).hasParent(data).hasSameBinaryContentAs(jar);
    assertThat(made.program()).isEqualTo("'" + data.resolve("georep-agent") + "'");
    try (Link link =
            SshLink.connect(address(), options(Optional.of(made.program())), Optional.empty());
        AgentClient client = AgentClient.open(link.open(), Duration.ofSeconds(60))) {
      assertThat(client.agentVersion()).isNotEmpty();
    }
    // Without a command it is found, too, and not copied a second time.
    try (Link link =
        SshLink.connect(address(), options(Optional.empty()), Optional.of(AgentJar.of(jar)))) {
      link.open().close();
    }
    assertThat(data.getParent().getParent().resolveSibling(".cache")).doesNotExist();
  }

  @Test
  void isPutThereOnceAndReplacedByAnother() throws Exception {
    install(jar);
    Path program = data.resolve("georep-agent");
    FileTime long_ago = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(program, long_ago);
    assertThat(install(jar).fresh()).isFalse();
    assertThat(Files.getLastModifiedTime(program)).isEqualTo(long_ago);

    Path other = runnable(sandbox.path().resolve("other.jar"), "2");
    AgentInstall.Installed made = install(other);
    assertThat(made.fresh()).isTrue();
    assertThat(Files.readString(program)).contains(AgentJar.of(other).sha256());
    try (Stream<Path> left = Files.list(data)) {
      assertThat(left).hasSize(3); // an agent may be running from the older jar
    }

    Files.writeString(Path.of(made.jar()), "cut off");
    assertThat(install(other).fresh()).isTrue();
    assertThat(Path.of(made.jar())).hasSameBinaryContentAs(other);
  }

  @Test
  void withoutJavaNothingIsPutThere() throws Exception {
    Path bin = sandbox.directory("bin");
    for (String tool : new String[] {"readlink", "sed", "find", "cat", "mkdir"}) {
      Files.createSymbolicLink(bin.resolve(tool), Program.find(tool).orElseThrow());
    }
    // This host's own are where the script looks, too.
    program(
        bin.resolve("sh"),
        "shift; exec /bin/sh -c \"$(printf %s \"$1\" | sed s,/usr/lib/jvm/,/nonexistent/,)\"");
    Path old = sandbox.directory("old/bin");
    program(old.resolve("java"), "exit 1");
    Files.writeString(
        old.resolveSibling("release"), "JAVA_VERSION=\"11.0.2\"\n", StandardCharsets.US_ASCII);
    serve(bin.toString(), old.getParent().toString());
    assertThatThrownBy(() -> install(jar))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("is too old (11.0.2 ")
        .hasMessageContaining("install Java 17 or newer there (openjdk-17-jre-headless");
    assertThat(data).doesNotExist();
  }

  private static void program(Path file, String script) throws Exception {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n", StandardCharsets.US_ASCII);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
