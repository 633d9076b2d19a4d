package org.georep.connection;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.connection.ConnectionException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shared connections to one host: one, and a further one each time sshd lets no more channels
 * through those there are (MaxSessions, 10 by default). How many it lets through is learnt from the
 * first refusal. The refused channel itself is not lost: its ssh goes on over a connection of its
 * own.
 *
 * <p>The masters are processes in the background. When this process is killed they end by
 * themselves shortly after their last channel; their sockets lie in a directory of their own that
 * nobody else can enter.
 */
final class SshMasters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SshMasters.class);
  private static final Duration CONTROL = Duration.ofSeconds(5);
  private static final Pattern PID = Pattern.compile("pid=([0-9]+)");

  private final SecondaryAddress.Ssh address;
  private final LinkOptions options;
  private final SshCommand command;
  private final Path directory;
  private final List<SshMaster> masters = new ArrayList<>();

  SshMasters(SecondaryAddress.Ssh address, LinkOptions options) throws ConnectionException {
    this.address = address;
    this.options = options;
    this.command = new SshCommand(address, options);
    this.directory = ControlDirectory.make();
  }

  /** Starts a far command over a connection with room. */
  synchronized Channel open(String remote) throws ConnectionException, InterruptedException {
    SshMaster master = withRoom();
    ProcessChannel channel = start(command.session(master.socket(), remote));
    master.add(channel);
    return channel;
  }

  /** Returns the command that starts a far command over a connection that has room now. */
  synchronized List<String> command(String remote) {
    SshMaster master =
        masters.stream().filter(SshMaster::hasRoom).findFirst().orElse(masters.get(0));
    return command.session(master.socket(), remote);
  }

  private SshMaster withRoom() throws ConnectionException, InterruptedException {
    for (SshMaster master : masters) {
      if (master.hasRoom()) {
        return master;
      }
    }
    Path socket = directory.resolve("m" + masters.size());
    connect(socket);
    SshMaster master = new SshMaster(socket, process(socket));
    masters.add(master);
    return master;
  }

  private void connect(Path socket) throws ConnectionException, InterruptedException {
    // ConnectTimeout is ssh's own; this is for what it does not cover.
    Duration patience = options.timeout().multipliedBy(2).plusSeconds(5);
    try (ProcessChannel starting = start(command.master(socket))) {
      OptionalInt exit = starting.await(patience);
      if (exit.isEmpty()) {
        throw new ConnectionException(
            Reason.UNREACHABLE,
            address.destination()
                + " did not let us in within "
                + patience.toSeconds()
                + " s"
                + ErrorTail.of(starting));
      }
      if (exit.getAsInt() != 0) {
        throw SshFailure.of(address, starting.errorsToTheEnd());
      }
    }
  }

  /** The process in the background, so that one that does not answer can be ended all the same. */
  private Optional<ProcessHandle> process(Path socket)
      throws ConnectionException, InterruptedException {
    try (ProcessChannel check = start(command.check(socket))) {
      check.await(CONTROL);
      Matcher pid = PID.matcher(check.errorsToTheEnd());
      return pid.find() ? ProcessHandle.of(Long.parseLong(pid.group(1))) : Optional.empty();
    }
  }

  private ConnectionException failure(int exit, String errors) {
    return exit == SshFailure.EXIT ? SshFailure.of(address, errors) : AgentFailure.of(exit, errors);
  }

  private ProcessChannel start(List<String> words) throws ConnectionException {
    try {
      return ProcessChannel.start(words, SshCommand.ENVIRONMENT, this::failure);
    } catch (IOException e) {
      throw new ConnectionException(
          Reason.MISSING_PROGRAM,
          "ssh cannot be started here; install openssh-client (" + e.getMessage() + ")",
          e);
    }
  }

  /** Ends all channels and connections. */
  @Override
  public synchronized void close() {
    for (SshMaster master : masters) {
      master.closeChannels();
      try (ProcessChannel exit = start(command.exit(master.socket()))) {
        exit.await(CONTROL);
      } catch (ConnectionException e) {
        LOG.debug("a shared connection is ended by force", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      master.end();
    }
    masters.clear();
    ControlDirectory.remove(directory);
  }
}
