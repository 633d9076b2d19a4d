package org.georep.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
 * directory nor the key reaches a shell while it is installed. In the line the directory is quoted
 * for the login shell that sshd gives the command to. Installing it again changes nothing.
 */
public final class RestrictedKey {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String INSTALL =
      Bootstrap.wrapped(
          "umask 077; LC_ALL=C; export LC_ALL; "
              + "if command -v georep >/dev/null 2>&1; then :; "
              + ("else echo " + Bootstrap.MARK + " georep-missing; exit 1; fi; ")
              + "f=$HOME/.ssh/authorized_keys; IFS= read -r line; "
              + "if mkdir -p \"$HOME/.ssh\" && touch \"$f\"; then :; "
              + ("else echo " + Bootstrap.MARK + " not-writable \"$f\"; exit 1; fi; ")
              + "if grep -qxF -e \"$line\" \"$f\"; then :; else "
              // A last line that was left without an end is not to be made longer.
              + "if [ -n \"$(tail -c 1 \"$f\")\" ]; then echo >>\"$f\"; fi; "
              + "printf \"%s\\n\" \"$line\" >>\"$f\"; fi; "
              + "if grep -qxF -e \"$line\" \"$f\"; "
              + ("then echo " + Bootstrap.MARK + " ready; ")
              + ("else echo " + Bootstrap.MARK + " not-writable \"$f\"; fi"));

  private final Path file;

  private RestrictedKey(Path file) {
    this.file = Objects.requireNonNull(file, "file is null");
  }

  /**
   * Makes a pair without a passphrase, in place of one that is there.
   *
   * @param file where the private half goes, mode 0600; the public one is beside it, {@code .pub}
   * @param comment what the line at the far end shows people
   */
  public static RestrictedKey make(Path file, String comment)
      throws ConnectionException, IOException, InterruptedException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(publicHalf(file));
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
                      comment,
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
    return new RestrictedKey(file);
  }

  private static Path publicHalf(Path file) {
    return file.resolveSibling(file.getFileName() + ".pub");
  }

  /** Returns the private half. */
  public Path file() {
    return file;
  }

  /** Removes both halves. */
  public void delete() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(publicHalf(file));
  }

  /**
   * Installs it for the address's user and directory, with what ssh can log in by now.
   *
   * @throws ConnectionException if that host is not reached, or refuses it; a sentence for people
   */
  public void install(SecondaryAddress.Ssh address, LinkOptions options)
      throws ConnectionException, IOException, InterruptedException {
    byte[] line =
        line(
            address.directory(),
            Files.readString(publicHalf(file), StandardCharsets.US_ASCII).strip());
    SshMasters masters = new SshMasters(address, options);
    try (Channel channel = masters.open(INSTALL)) {
      String answer = FirstAnswer.await(channel, out -> out.write(line), PATIENCE);
      String said = answer.substring(Math.min(answer.length(), Bootstrap.MARK.length())).strip();
      if (!said.equals("ready")) {
        throw new ConnectionException(Reason.MISSING_PROGRAM, refusal(address, said));
      }
    } finally {
      masters.close();
    }
  }

  private static String refusal(SecondaryAddress.Ssh address, String said) {
    if (said.equals("georep-missing")) {
      return "georep is not installed on "
          + address.host()
          + ", and a restricted key starts it there. Install the same version there, where the"
          + " PATH of a command by ssh finds it, or leave --push-key out";
    }
    return "the key cannot be installed on "
        + address.destination()
        + " ("
        + Shown.of(said.getBytes(StandardCharsets.ISO_8859_1))
        + "). Look at the owner and mode of ~/.ssh there, or whether keys are kept elsewhere";
  }

  /** Returns the line of {@code authorized_keys}, with its end. */
  static byte[] line(byte[] directory, String publicKey) throws ConnectionException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    line.writeBytes(ascii("restrict,command=\"georep agent --root "));
    line.write('\'');
    for (byte each : directory) {
      switch (each) {
        case '\'' -> line.writeBytes(ascii("'\\''"));
        case '"' -> line.writeBytes(ascii("\\\""));
        case '\n', '\r', 0 ->
            throw new ConnectionException(
                Reason.PROTOCOL,
                "a directory whose name has a line's end cannot be named in authorized_keys."
                    + " Choose another, or leave --push-key out");
        default -> line.write(each);
      }
    }
    line.writeBytes(ascii("'\" " + publicKey + "\n"));
    return line.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
