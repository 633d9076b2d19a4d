package org.georep.connection;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import org.georep.connection.ConnectionException.Reason;
import org.georep.name.Shown;
import org.georep.protocol.Greeting;
import org.georep.protocol.Protocols;

/**
 * Sees to it that the agent of this build can be started on a host: asks, and copies the jar if it
 * is not there. The copy is checked by size and hash before it gets its name, so a connection that
 * breaks in the middle leaves nothing that would be taken for an agent.
 */
final class AgentSetup {
  private static final Duration LEAST = Duration.ofSeconds(30);
  private static final Duration ENDING = Duration.ofSeconds(5);
  private static final Duration COPY = Duration.ofMinutes(15);

  private final SshMasters masters;
  private final SecondaryAddress.Ssh address;
  private final AgentJar jar;
  private final Bootstrap bootstrap;
  private final Duration patience;

  AgentSetup(SshMasters masters, SecondaryAddress.Ssh address, AgentJar jar, Duration timeout) {
    this.masters = masters;
    this.address = address;
    this.jar = jar;
    this.bootstrap = new Bootstrap(jar);
    this.patience = atLeast(timeout);
  }

  private static Duration atLeast(Duration timeout) {
    return timeout.compareTo(LEAST) > 0 ? timeout : LEAST;
  }

  /** Asks an agent that a command of the user's own starts. */
  static void ask(SshMasters masters, String command, Duration timeout)
      throws ConnectionException, InterruptedException {
    Negotiation.of(
        spoken -> {
          try (Channel channel = masters.open(command)) {
            byte[] probe = new Greeting.Probe(spoken).toLine();
            return FirstAnswer.agent(channel, probe, spoken, atLeast(timeout));
          }
        });
  }

  /**
   * Has an agent started, and copies it if it is missing.
   *
   * @return one that was started and waits for its greeting; nothing if the next has yet to be
   */
  Optional<Channel> ensure() throws ConnectionException, InterruptedException {
    return Negotiation.of(this::ensure);
  }

  private Optional<Channel> ensure(Protocols spoken)
      throws ConnectionException, InterruptedException {
    Channel channel = masters.open(bootstrap.begin());
    String found = "";
    boolean begun = false;
    try {
      // Only an agent that sshd started instead of the script takes it for its greeting, and ends.
      byte[] probe = new Greeting.Probe(spoken).toLine();
      String line = FirstAnswer.await(channel, out -> out.write(probe), patience);
      found = outcome(line, spoken);
      begun = line.equals(Bootstrap.MARK + " ready");
      if (!begun) {
        channel.await(ENDING); // sshd may let no other through beside it
      }
    } finally {
      if (!begun) {
        channel.close();
      }
    }
    check(found.equals("agent-missing") ? copy() : found);
    return begun ? Optional.of(channel) : Optional.empty();
  }

  private void check(String found) throws ConnectionException {
    if (found.startsWith("java-missing")) {
      throw new ConnectionException(Reason.MISSING_PROGRAM, javaMissing(address, found));
    }
    if (found.startsWith("copy-failed")) {
      throw new ConnectionException(
          Reason.MISSING_PROGRAM,
          "the agent cannot be copied to "
              + address.destination()
              + "; is there room in the user's cache directory, or install georep there ("
              + Shown.of(found.getBytes(StandardCharsets.ISO_8859_1))
              + ")");
    }
    if (!found.equals("ready")) {
      throw new ConnectionException(
          Reason.PROTOCOL,
          "the shell on "
              + address.host()
              + " gave an unexpected answer: "
              + Shown.of(found.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  /** What to do about a host where the script found no Java that is new enough. */
  static String javaMissing(SecondaryAddress.Ssh address, String found) {
    String old = found.substring("java-missing".length()).strip();
    return (old.isEmpty()
            ? "there is no Java on " + address.host()
            : "the Java on "
                + address.host()
                + " is too old ("
                + Shown.of(old.getBytes(StandardCharsets.ISO_8859_1))
                + ")")
        + "; install Java "
        + Bootstrap.JAVA
        + " or newer there (openjdk-17-jre-headless or the like), or set GEOREP_JAVA there to one";
  }

  private String copy() throws ConnectionException, InterruptedException {
    try (Channel channel = masters.open(bootstrap.install())) {
      String found = outcome(FirstAnswer.await(channel, this::send, COPY), Protocols.SPOKEN);
      channel.await(ENDING);
      return found;
    }
  }

  private void send(OutputStream out) throws IOException {
    try (out) {
      Files.copy(jar.file(), out);
    }
  }

  private String outcome(String line, Protocols spoken) throws ConnectionException {
    String[] words = line.split(" ", 3);
    if (words[0].equals(Bootstrap.MARK)) {
      return line.substring(Bootstrap.MARK.length() + 1);
    }
    if (words.length == 3 && FirstAnswer.protocol(words[1], spoken).isPresent()) {
      return "ready"; // a forced command's agent
    }
    throw new ConnectionException(
        Reason.PROTOCOL,
        "the key for "
            + address.destination()
            + " starts an agent of another protocol; install the same version of georep on both"
            + " hosts");
  }
}
