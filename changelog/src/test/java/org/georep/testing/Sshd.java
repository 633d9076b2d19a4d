package org.georep.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.georep.posix.NativeLibc;
import org.jspecify.annotations.Nullable;

/**
 * An OpenSSH server of its own on a free port of the loopback address, with its own host key, that
 * lets the current user in by one key. Keeps its files in a directory the test gives (a {@link
 * Sandbox}'s), among them its log. {@link #close} ends it and all its sessions.
 */
public final class Sshd implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int PORT_TRIES = 5;

  private final Path directory;
  private final String more;
  private int port;
  private @Nullable Process process;

  private Sshd(Path directory, String more) {
    this.directory = directory;
    this.more = more;
  }

  /** Skips the test, with the reason, where no server can be run. */
  public static void assumeAvailable() {
    for (String program : List.of("sshd", "ssh", "ssh-keygen")) {
      assumeTrue(Program.find(program).isPresent(), program + " is not installed");
    }
    assumeTrue(
        Files.isDirectory(Path.of("/run/sshd")) || NativeLibc.instance().geteuid() == 0,
        "/run/sshd is not there, and only root can make it");
    String shell = Program.run(List.of("getent", "passwd", userName())).output().strip();
    assumeTrue(
        !shell.endsWith("/nologin") && !shell.endsWith("/false"), userName() + " may not log in");
  }

  /** Starts one as {@link #builder} has it by default. */
  public static Sshd start(Path directory) {
    return builder(directory).start();
  }

  /**
   * Prepares one.
   *
   * @param directory an existing directory, used by nothing else
   */
  public static Builder builder(Path directory) {
    return new Builder(directory);
  }

  /** What can be chosen. */
  public static final class Builder {
    private final Path directory;
    private final List<String> configuration = new ArrayList<>();
    private @Nullable String forcedCommand;

    private Builder(Path directory) {
      this.directory = directory;
    }

    /** How many sessions one connection may hold. */
    public Builder maxSessions(int sessions) {
      return configuration("MaxSessions " + sessions);
    }

    /** The one command the key may run; what the client asked for is in SSH_ORIGINAL_COMMAND. */
    public Builder forcedCommand(String command) {
      forcedCommand = command;
      return this;
    }

    /** Another line of sshd_config(5). */
    public Builder configuration(String line) {
      configuration.add(line);
      return this;
    }

    /** Makes keys and configuration and starts the server; skips the test where that cannot be. */
    public Sshd start() {
      assumeAvailable();
      Sshd sshd = new Sshd(directory, String.join("\n", configuration));
      try {
        sshd.makeKeys(forcedCommand);
        sshd.startSomewhere();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return sshd;
    }
  }

  private void makeKeys(@Nullable String forcedCommand) throws IOException {
    Files.createDirectories(Path.of("/run/sshd"));
    for (Path key : List.of(directory.resolve("host_key"), identityFile())) {
      Program.check(
          "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", key.toString());
    }
    String restriction =
        forcedCommand == null
            ? ""
            : "restrict,command=\"" + forcedCommand.replace("\"", "\\\"") + "\" ";
    String key = Files.readString(Path.of(identityFile() + ".pub"));
    Files.writeString(directory.resolve("authorized_keys"), restriction + key);
  }

  /** A free port may be taken before the server has it; then another. */
  private void startSomewhere() throws IOException {
    for (int tries = 1; ; tries++) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      try {
        restart();
        return;
      } catch (IllegalStateException e) {
        if (tries == PORT_TRIES) {
          throw e;
        }
      }
    }
  }

  /**
   * Starts it again on the same port after {@link #stop}; returns when it answers.
   *
   * @throws IllegalStateException if it ended at once; with what its log says
   */
  public void restart() {
    try {
      Files.writeString(directory.resolve("sshd_config"), configuration());
      Files.writeString(directory.resolve("known_hosts"), knownHost());
      Process started =
          new ProcessBuilder(
                  Program.find("sshd").orElseThrow().toString(),
                  "-D",
                  "-f",
                  directory.resolve("sshd_config").toString(),
                  "-E",
                  logFile().toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("output").toFile())
              .start();
      process = started;
      Waits.until("sshd answers", () -> !started.isAlive() || answers());
      if (!started.isAlive()) {
        throw new IllegalStateException("sshd ended: " + log());
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private String configuration() {
    return String.join(
        "\n",
        // First, since of two lines for one keyword sshd takes the first.
        more,
        "ListenAddress " + LOOPBACK + ":" + port,
        "HostKey " + directory.resolve("host_key"),
        "AuthorizedKeysFile " + directory.resolve("authorized_keys"),
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password",
        "PermitUserEnvironment no",
        // Keeps bash from reading the user's own start-up file, whatever that does.
        "SetEnv SHLVL=1",
        "PrintMotd no",
        "MaxStartups 200",
        "LogLevel VERBOSE",
        "Subsystem sftp internal-sftp",
        "");
  }

  private String knownHost() throws IOException {
    String key = Files.readString(directory.resolve("host_key.pub"));
    return "[" + LOOPBACK + "]:" + port + " " + key;
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      socket.setSoTimeout(5000);
      InputStream in = socket.getInputStream();
      return new String(in.readNBytes(4), StandardCharsets.US_ASCII).equals("SSH-");
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the address to connect to. */
  public String host() {
    return LOOPBACK;
  }

  /** Returns the port it listens on. */
  public int port() {
    return port;
  }

  /** Returns whom it lets in: the current user. */
  public String user() {
    return userName();
  }

  private static String userName() {
    return System.getProperty("user.name");
  }

  /** Returns the private key it lets in. */
  public Path identityFile() {
    return directory.resolve("identity");
  }

  /** Returns a known_hosts file with its host key. */
  public Path knownHostsFile() {
    return directory.resolve("known_hosts");
  }

  /** Returns its log. */
  public Path logFile() {
    return directory.resolve("log");
  }

  /** Returns what its log says. */
  public String log() {
    try {
      return Files.exists(logFile())
          ? Files.readString(logFile(), StandardCharsets.ISO_8859_1)
          : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the options with which ssh reaches it and uses nothing of this user's own: without the
   * program's name and the destination, {@link #user}{@code @}{@link #host}.
   */
  public List<String> sshOptions() {
    return List.of(
        "-F",
        "none",
        "-p",
        Integer.toString(port),
        "-i",
        identityFile().toString(),
        "-o",
        "IdentitiesOnly=yes",
        "-o",
        "IdentityAgent=none",
        "-o",
        "BatchMode=yes",
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        "UserKnownHostsFile=" + knownHostsFile(),
        "-o",
        "GlobalKnownHostsFile=/dev/null");
  }

  /** Returns a whole ssh command line that runs {@code command} there. */
  public List<String> ssh(String... command) {
    List<String> all = new ArrayList<>();
    all.add("ssh");
    all.addAll(sshOptions());
    all.add(user() + "@" + host());
    all.addAll(List.of(command));
    return all;
  }

  /** Gives itself another host key: what a client sees when someone sits in between. */
  public void changeHostKey() {
    Path key = directory.resolve("host_key");
    stop();
    try {
      String known = Files.readString(knownHostsFile());
      Files.delete(key);
      Program.check("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
      restart();
      Files.writeString(knownHostsFile(), known);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Cuts all connections, as a network that breaks does; the server goes on listening. */
  public void dropConnections() {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** Ends it and all its sessions, at once. */
  public void stop() {
    Process running = process;
    if (running == null) {
      return;
    }
    List<ProcessHandle> sessions = running.descendants().toList();
    running.destroyForcibly();
    sessions.forEach(ProcessHandle::destroyForcibly);
    try {
      if (!running.waitFor(Waits.limit().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AssertionError("sshd does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process = null;
  }

  @Override
  public void close() {
    stop();
  }
}
