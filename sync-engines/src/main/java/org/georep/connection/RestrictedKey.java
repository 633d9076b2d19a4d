package org.georep.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.georep.connection.ConnectionException.Reason;
import org.georep.name.Shown;

/**
 * A key made for one session: at the far end it starts georep's agent for one directory and gives
 * nothing else, for {@code authorized_keys} ties it to that command.
 *
 * <p>What is installed is one line, sent as data to a script that is always the same: neither the
 * directory nor the key reaches a shell while it is installed. The line takes the place of those
 * that were installed for the same session before, which end in the same label; all others stay as
 * they are. The file is replaced by a rename, so that a login meanwhile finds the old one or the
 * new one. Installing it again changes nothing.
 */
public final class RestrictedKey {
  /** How an installed georep is started there. */
  public static final String INSTALLED = "georep agent";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String NO_LINE = "-";

  // The new file doubles as the lock: whoever finds it there is too late, unless it was left.
  private static final String INSTALL =
      Bootstrap.wrapped(
          "umask 077; LC_ALL=C; export LC_ALL; "
              + "say() { echo "
              + Bootstrap.MARK
              + " \"$@\"; exit; }; "
              + "IFS= read -r line; IFS= read -r label; "
              + "d=$HOME/.ssh; f=$d/authorized_keys; own=\"^restrict,command=.* $label\\$\"; "
              + "mkdir -p \"$d\" || say not-writable \"$d\"; "
              + "if [ -L \"$f\" ]; then f=$(readlink -f \"$f\"); fi; "
              + ("if [ \"$line\" = " + NO_LINE + " ]; then ")
              + "if [ -e \"$f\" ] && grep -q -e \"$own\" \"$f\"; then line=; else say ready; fi; "
              + "elif [ -e \"$f\" ] && grep -qxF -e \"$line\" \"$f\"; then say ready; fi; "
              + "t=$f.georep; find \"$t\" -mmin +1 -exec rm -f {} + 2>/dev/null; "
              + "( set -C; : >\"$t\" ) 2>/dev/null || "
              + "{ if [ -e \"$t\" ]; then say busy; else say not-writable \"$t\"; fi; }; "
              + "fail() { rm -f \"$t\"; say not-writable \"$f\"; }; "
              + "if [ -e \"$f\" ]; then cp -p \"$f\" \"$t\" || fail; "
              + "grep -v -e \"$own\" \"$f\" >\"$t\"; [ $? -le 1 ] || fail; fi; "
              + "if [ -n \"$line\" ]; then printf \"%s\\n\" \"$line\" >>\"$t\" || fail; fi; "
              + "chmod go-w \"$t\" && { sync \"$t\" 2>/dev/null || sync; } && "
              + "mv -f \"$t\" \"$f\" || fail; "
              + "if command -v restorecon >/dev/null 2>&1; then restorecon \"$d\" \"$f\"; fi; "
              + "say ready");

  private final Path file;
  private final String label;

  private RestrictedKey(Path file, String label) {
    this.file = Objects.requireNonNull(file, "file is null");
    if (!label.matches("[A-Za-z0-9._-]+")) {
      throw new IllegalArgumentException("a label is of letters, digits, '.', '_', '-': " + label);
    }
    this.label = label;
  }

  /**
   * Makes a pair without a passphrase, or takes the one that is there.
   *
   * @param file where the private half goes, mode 0600; the public one is beside it, {@code .pub}
   * @param label what the line at the far end ends with: this session's and no other's; letters,
   *     digits, {@code .}, {@code _} and {@code -}
   */
  public static RestrictedKey make(Path file, String label)
      throws ConnectionException, IOException, InterruptedException {
    RestrictedKey key = new RestrictedKey(file, label);
    if (!Files.isRegularFile(file) || !Files.isRegularFile(publicHalf(file))) {
      key.delete();
      key.generate();
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return key;
  }

  private void generate() throws ConnectionException, IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(
                  List.of(
                      "ssh-keygen",
                      "-q",
                      "-t",
                      "ed25519",
                      "-N",
                      "",
                      "-C",
                      label,
                      "-f",
                      file.toString()))
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new ConnectionException(
          Reason.MISSING_PROGRAM,
          "ssh-keygen cannot be started here; install openssh-client (" + e.getMessage() + ")",
          e);
    }
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException("ssh-keygen could not make a key at " + file);
    }
  }

  private static Path publicHalf(Path file) {
    return file.resolveSibling(file.getFileName() + ".pub");
  }

  /** Returns the private half. */
  public Path file() {
    return file;
  }

  /** Removes both halves here. */
  public void delete() throws IOException {
    remove(file);
  }

  /** Removes both halves of a key here, if there is one; returns whether there was. */
  public static boolean remove(Path file) throws IOException {
    Files.deleteIfExists(publicHalf(file));
    return Files.deleteIfExists(file);
  }

  /**
   * Returns how a line with this label is removed by hand.
   *
   * @return a sentence, without its end
   */
  public static String removal(SecondaryAddress.Ssh address, String label) {
    String port = address.port().isPresent() ? "-p " + address.port().getAsInt() + " " : "";
    return "on "
        + address.host()
        + " remove the line of ~/.ssh/authorized_keys that ends in "
        + label
        + ": ssh "
        + port
        + address.destination()
        + (" \"sed -i '/ " + label + "$/d' .ssh/authorized_keys\"");
  }

  /**
   * Sees whether the agent can be started there, then installs it for the address's user and
   * directory, with what ssh can log in by now.
   *
   * @param agent what starts the agent there; gets the directory as a further word
   * @throws ConnectionException if that host is not reached, has no such agent, or refuses it; a
   *     sentence for people
   */
  public void install(SecondaryAddress.Ssh address, LinkOptions options, String agent)
      throws ConnectionException, IOException, InterruptedException {
    String key = Files.readString(publicHalf(file), StandardCharsets.US_ASCII).strip();
    String[] words = key.split(" ", 3);
    byte[] line = line(agent, address.directory(), words[0] + " " + words[1] + " " + label);
    try (SshMasters masters = new SshMasters(address, options)) {
      try {
        AgentSetup.ask(masters, agent, options.timeout());
      } catch (ConnectionException e) {
        if (e.reason() != Reason.MISSING_PROGRAM) {
          throw e;
        }
        throw new ConnectionException(
            Reason.MISSING_PROGRAM,
            "georep is not installed on "
                + address.host()
                + (", and the key is to start it there as: " + agent)
                + ". Let it be installed with --push; or install the same version there, where the"
                + " PATH of a command by ssh finds it; or leave --push-key out ("
                + e.getMessage()
                + ")",
            e);
      }
      edit(masters, address, line);
    }
  }

  /**
   * Removes its line there, with what ssh can log in by now.
   *
   * @throws ConnectionException if that is not possible; a sentence for people
   */
  public void uninstall(SecondaryAddress.Ssh address, LinkOptions options)
      throws ConnectionException, InterruptedException {
    try (SshMasters masters = new SshMasters(address, options)) {
      edit(masters, address, ascii(NO_LINE + "\n"));
    }
  }

  private void edit(SshMasters masters, SecondaryAddress.Ssh address, byte[] line)
      throws ConnectionException, InterruptedException {
    try (Channel channel = masters.open(INSTALL)) {
      String answer =
          FirstAnswer.await(
              channel,
              out -> {
                out.write(line);
                out.write(ascii(label + "\n"));
                out.flush();
              },
              PATIENCE);
      String said = answer.substring(Math.min(answer.length(), Bootstrap.MARK.length())).strip();
      if (!said.equals("ready")) {
        throw new ConnectionException(Reason.MISSING_PROGRAM, refusal(address, said));
      }
    }
  }

  private static String refusal(SecondaryAddress.Ssh address, String said) {
    if (said.equals("busy")) {
      return "somebody else changes ~/.ssh/authorized_keys on "
          + address.host()
          + " just now; try again in a minute";
    }
    return "the key cannot be installed on "
        + address.destination()
        + " ("
        + Shown.of(said.getBytes(StandardCharsets.ISO_8859_1))
        + "). Look at the owner and mode of ~/.ssh there, and whether keys are kept elsewhere";
  }

  /**
   * Returns the line of {@code authorized_keys}, with its end. A directory that a shell, sshd or a
   * locale could take for something else stands there in base64.
   */
  static byte[] line(String agent, byte[] directory, String publicKey) throws ConnectionException {
    if (agent.isBlank() || agent.chars().anyMatch(c -> c < ' ')) {
      throw new ConnectionException(
          Reason.PROTOCOL, "a command in authorized_keys is one line; change --agent-command");
    }
    String root =
        isPlain(directory)
            ? " --root '" + new String(directory, StandardCharsets.US_ASCII) + "'"
            : " --root-base64 " + Base64.getEncoder().encodeToString(directory);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    line.writeBytes(ascii("restrict,command=\""));
    line.writeBytes(agent.replace("\"", "\\\"").getBytes(StandardCharsets.UTF_8));
    line.writeBytes(ascii(root + "\" " + publicKey + "\n"));
    return line.toByteArray();
  }

  private static boolean isPlain(byte[] directory) {
    for (byte b : directory) {
      if (b < ' ' || b > '~' || "'\"\\!`$".indexOf(b) >= 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
