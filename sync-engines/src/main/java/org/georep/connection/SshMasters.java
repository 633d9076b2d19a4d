package org.georep.connection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
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
  private static final String REFUSED = "Session open refused";

  private final SecondaryAddress.Ssh address;
  private final LinkOptions options;
  private final SshCommand command;
  private final Path directory;
  private final List<Master> masters = new ArrayList<>();

  /** One of them and the channels that go over it. */
  private static final class Master {
    private final Path socket;
    private final List<ProcessChannel> channels = new ArrayList<>();
    private int room = Integer.MAX_VALUE;

    Master(Path socket) {
      this.socket = socket;
    }

    boolean hasRoom() {
      channels.removeIf(channel -> !channel.isAlive());
      if (channels.removeIf(channel -> channel.errors().contains(REFUSED))) {
        room = Math.max(1, channels.size());
      }
      return channels.size() < room;
    }
  }

  SshMasters(SecondaryAddress.Ssh address, LinkOptions options) throws ConnectionException {
    this.address = address;
    this.options = options;
    this.command = new SshCommand(address, options);
    this.directory = ControlDirectory.make();
  }

  /** Starts a far command over a connection with room. */
  synchronized Channel open(String remote) throws ConnectionException, InterruptedException {
    Master master = withRoom();
    ProcessChannel channel = start(command.session(master.socket, remote));
    master.channels.add(channel);
    return channel;
  }

  /** Returns the command that starts a far command over a connection that has room now. */
  synchronized List<String> command(String remote) {
    Master master = masters.stream().filter(Master::hasRoom).findFirst().orElse(masters.get(0));
    return command.session(master.socket, remote);
  }

  private Master withRoom() throws ConnectionException, InterruptedException {
    for (Master master : masters) {
      if (master.hasRoom()) {
        return master;
      }
    }
    Path socket = directory.resolve("m" + masters.size());
    connect(socket);
    Master master = new Master(socket);
    masters.add(master);
    return master;
  }

  private void connect(Path socket) throws ConnectionException, InterruptedException {
    ProcessChannel master = start(command.master(socket));
    // ConnectTimeout is ssh's own; this is for what it does not cover.
    Duration patience = options.timeout().multipliedBy(2).plusSeconds(5);
    OptionalInt exit;
    try {
      exit = master.await(patience);
    } catch (InterruptedException e) {
      master.close();
      throw e;
    }
    if (exit.isEmpty()) {
      master.close();
      throw new ConnectionException(
          Reason.UNREACHABLE,
          address.destination()
              + " did not let us in within "
              + patience.toSeconds()
              + " s"
              + ErrorTail.of(master));
    }
    if (exit.getAsInt() != 0) {
      throw SshFailure.of(address, master.errors());
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
    for (Master master : masters) {
      master.channels.forEach(ProcessChannel::close);
      end(master);
    }
    masters.clear();
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      LOG.debug("{} stays behind: a connection over it has not ended yet", directory, e);
    }
  }

  private void end(Master master) {
    try (ProcessChannel exit = start(command.exit(master.socket))) {
      exit.await(Duration.ofSeconds(5));
    } catch (ConnectionException e) {
      LOG.debug("a shared connection is left to end by itself", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
