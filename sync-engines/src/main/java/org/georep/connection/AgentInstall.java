package org.georep.connection;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import org.georep.connection.ConnectionException.Reason;
import org.georep.name.Shown;

/**
 * Installs the agent of this build on a host for good, for the user that ssh logs in as: its jar in
 * the user's data directory, beside it a program {@code georep-agent} that finds Java and starts
 * it. Unlike the copy in the cache it is not cleared away when it is long unused, and a key in
 * {@code authorized_keys} can name it.
 *
 * <p>Both arrive on standard input, are checked by size and hash and synced, and get their names by
 * a rename, the program last: what breaks off leaves what was there. What is there already is not
 * sent again; jars of other versions stay, since an agent may be running from one.
 */
public final class AgentInstall {
  private static final String PROGRAM = "georep-agent";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration COPY = Duration.ofMinutes(15);

  private final SecondaryAddress.Ssh address;
  private final LinkOptions options;
  private final AgentJar jar;

  /**
   * What is there now.
   *
   * @param program starts the agent; a path, as the login shell takes it
   * @param jar the jar's path
   * @param java the version of the Java that is used, as it calls itself
   * @param fresh whether anything was put there, or all was there already
   */
  public record Installed(String program, String jar, String java, boolean fresh) {}

  /** Installs with what ssh can log in by now. */
  public AgentInstall(SecondaryAddress.Ssh address, LinkOptions options, AgentJar jar) {
    this.address = Objects.requireNonNull(address, "address is null");
    this.options = Objects.requireNonNull(options, "options is null");
    this.jar = Objects.requireNonNull(jar, "jar is null");
  }

  /**
   * Installs what is missing.
   *
   * @throws ConnectionException if the host is not reached, has no Java or no room; a sentence for
   *     people
   */
  public Installed install() throws ConnectionException, InterruptedException {
    byte[] program = program();
    try (SshMasters masters = new SshMasters(address, options)) {
      String[] found = look(masters, sha256(program));
      boolean fresh = !found[0].equals("there");
      if (fresh) {
        put(masters, jarName(), jar.size(), jar.sha256(), out -> Files.copy(jar.file(), out));
        put(masters, PROGRAM, program.length, sha256(program), out -> out.write(program));
        found = look(masters, sha256(program));
      }
      if (!found[0].equals("there")) {
        throw failure("it is not there after it was put there");
      }
      String directory = new String(latin(found[2]), StandardCharsets.UTF_8);
      return new Installed(
          quoted(directory + "/" + PROGRAM), directory + "/" + jarName(), found[1], fresh);
    }
  }

  private String jarName() {
    return "agent-" + jar.sha256() + ".jar";
  }

  /** The program, which names its jar, so that it and the jar belong together. */
  private byte[] program() {
    return ("#!/bin/sh\n"
            + "# Starts the agent of georep. Installed by 'georep session create --push'.\n"
            + Bootstrap.findJava()
            + "\nd=$(readlink -f \"$0\")\n"
            + ("exec \"$x\" " + String.join(" ", AgentJvm.FLAGS))
            + (" -jar \"${d%/*}/" + jarName() + "\" \"$@\"\n"))
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns whether both are there, the version of Java, and the directory. */
  private String[] look(SshMasters masters, String programHash)
      throws ConnectionException, InterruptedException {
    String script =
        Bootstrap.wrapped(
            Bootstrap.dataDirectory()
                + Bootstrap.findJava()
                + " f=absent; "
                + ("if [ -f \"$d/" + jarName() + "\" ] && ")
                + ("[ \"$(wc -c <\"$d/" + jarName() + "\")\" -eq " + jar.size() + " ] && ")
                + ("c=$(sha256sum <\"$d/" + PROGRAM + "\" 2>/dev/null) && ")
                + ("[ \"${c%% *}\" = " + programHash + " ]; then f=there; fi; ")
                + ("echo " + Bootstrap.MARK + " $f \"${n%%\\\"*}\" \"$d\""));
    try (Channel channel = masters.open(script)) {
      String said = said(FirstAnswer.await(channel, out -> {}, PATIENCE));
      if (said.startsWith("java-missing")) {
        throw new ConnectionException(
            Reason.MISSING_PROGRAM, AgentSetup.javaMissing(address, said));
      }
      String[] words = said.split(" ", 3);
      if (words.length < 3 || !words[2].startsWith("/")) {
        throw failure(said);
      }
      return words;
    }
  }

  private void put(
      SshMasters masters, String name, long size, String sha256, FirstAnswer.Opening contents)
      throws ConnectionException, InterruptedException {
    String script =
        Bootstrap.wrapped(
            Bootstrap.dataDirectory()
                + "umask 077; mkdir -p \"$d\"; t=$d/.put.$$; "
                + "find \"$d\" -name \".put.*\" -mmin +60 -exec rm -f {} + 2>/dev/null; "
                + ("if cat >\"$t\" && [ \"$(wc -c <\"$t\")\" -eq " + size + " ] && ")
                + "c=$(sha256sum <\"$t\") && "
                + ("[ \"${c%% *}\" = " + sha256 + " ] && chmod 700 \"$t\" && ")
                + "{ sync \"$t\" 2>/dev/null || sync; } && "
                + ("mv -f \"$t\" \"$d/" + name + "\"; then echo " + Bootstrap.MARK + " ready; ")
                + ("else rm -f \"$t\"; echo " + Bootstrap.MARK + " copy-failed \"$d\"; fi"));
    try (Channel channel = masters.open(script)) {
      String said = said(FirstAnswer.await(channel, out -> send(contents, out), COPY));
      if (!said.equals("ready")) {
        throw failure(said);
      }
    }
  }

  private static void send(FirstAnswer.Opening contents, OutputStream out) throws IOException {
    try (out) {
      contents.send(out);
    }
  }

  private static String said(String answer) {
    return answer.startsWith(Bootstrap.MARK)
        ? answer.substring(Bootstrap.MARK.length()).strip()
        : answer;
  }

  private ConnectionException failure(String said) {
    return new ConnectionException(
        Reason.MISSING_PROGRAM,
        "the agent cannot be installed on "
            + address.destination()
            + " ("
            + Shown.of(latin(said))
            + "). Is there room in the user's data directory, and does the key give a shell? Or"
            + " install the package georep there");
  }

  private static byte[] latin(String said) {
    return said.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** As the login shell takes it for one word. */
  private static String quoted(String path) {
    return path.matches("[A-Za-z0-9_./+,:@=-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
