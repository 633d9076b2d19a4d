package org.georep.connection;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The command lines of ssh. Nothing in them came from a tree. How host keys are checked is left to
 * ssh's configuration; in batch mode ssh refuses an unknown one instead of asking. For ssh the
 * first value of an option counts, so what is needed here stands before the user's options, and
 * what is only preferred behind them.
 */
final class SshCommand {
  /** So that ssh's sentences are the ones that are looked for. */
  static final Map<String, String> ENVIRONMENT = Map.of("LC_ALL", "C");

  /** Seconds after which a shared connection nobody uses ends, if whoever started it was killed. */
  private static final int LINGER = 30;

  private final SecondaryAddress.Ssh address;
  private final LinkOptions options;

  SshCommand(SecondaryAddress.Ssh address, LinkOptions options) {
    this.address = address;
    this.options = options;
  }

  /** Makes a shared connection, and goes into the background as soon as it stands. */
  List<String> master(Path socket) {
    List<String> command = new ArrayList<>(List.of("ssh", "-f", "-N", "-T"));
    command.addAll(needed(socket));
    option(command, "ControlMaster=yes");
    option(command, "ControlPersist=" + LINGER);
    command.addAll(chosen());
    return destination(command);
  }

  /** Runs a command over a shared connection, or over one of its own if that has no room. */
  List<String> session(Path socket, String remote) {
    List<String> command = new ArrayList<>(List.of("ssh", "-T"));
    command.addAll(needed(socket));
    option(command, "ControlMaster=no");
    command.addAll(chosen());
    destination(command);
    command.add(remote);
    return List.copyOf(command);
  }

  /** Asks for a shared connection's process; it is said on standard error. */
  List<String> check(Path socket) {
    return control(socket, "check");
  }

  /** Ends a shared connection. */
  List<String> exit(Path socket) {
    return control(socket, "exit");
  }

  private List<String> control(Path socket, String word) {
    List<String> command = new ArrayList<>(List.of("ssh", "-O", word));
    command.addAll(needed(socket));
    return destination(command);
  }

  private static List<String> needed(Path socket) {
    List<String> words = new ArrayList<>();
    option(words, "ControlPath=" + socket);
    option(words, "BatchMode=yes");
    option(words, "LogLevel=ERROR");
    option(words, "RequestTTY=no");
    option(words, "RemoteCommand=none");
    option(words, "PermitLocalCommand=no");
    option(words, "ClearAllForwardings=yes");
    option(words, "ForwardAgent=no");
    option(words, "ForwardX11=no");
    return words;
  }

  private List<String> chosen() {
    List<String> words = new ArrayList<>();
    options.sshOptions().forEach(value -> option(words, value));
    options
        .sshKey()
        .ifPresent(
            key -> {
              words.addAll(List.of("-i", key.toString()));
              option(words, "IdentitiesOnly=yes");
            });
    address.port().ifPresent(port -> words.addAll(List.of("-p", Integer.toString(port))));
    Duration timeout = options.timeout();
    option(words, "ConnectTimeout=" + Math.max(1, timeout.toSeconds()));
    option(words, "ServerAliveInterval=" + Math.max(1, timeout.toSeconds() / 3));
    option(words, "ServerAliveCountMax=3");
    return words;
  }

  private List<String> destination(List<String> command) {
    command.add("--");
    command.add(address.destination());
    return command;
  }

  private static void option(List<String> command, String value) {
    command.add("-o");
    command.add(value);
  }
}
