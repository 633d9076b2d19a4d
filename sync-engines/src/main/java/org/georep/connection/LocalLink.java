package org.georep.connection;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Agents as child processes: a secondary on this host. */
public final class LocalLink implements Link {
  private final SecondaryAddress.Local address;
  private final List<String> command;
  private final List<ProcessChannel> channels = new ArrayList<>();

  /** Makes one; nothing is started. */
  public LocalLink(SecondaryAddress.Local address) {
    this(address, AgentJvm.localCommand());
  }

  /** Makes one that starts agents by the given command. */
  LocalLink(SecondaryAddress.Local address, List<String> command) {
    this.address = address;
    this.command = List.copyOf(command);
  }

  @Override
  public synchronized Channel open() throws ConnectionException {
    channels.removeIf(channel -> !channel.isAlive());
    try {
      ProcessChannel channel = ProcessChannel.start(command, Map.of(), AgentFailure::of);
      channels.add(channel);
      return channel;
    } catch (IOException e) {
      throw new ConnectionException(
          ConnectionException.Reason.MISSING_PROGRAM,
          "the agent cannot be started here: " + e.getMessage(),
          e);
    }
  }

  @Override
  public List<String> command() {
    return command;
  }

  @Override
  public String describe() {
    return address.describe();
  }

  @Override
  public synchronized void close() {
    channels.forEach(ProcessChannel::close);
    channels.clear();
  }
}
