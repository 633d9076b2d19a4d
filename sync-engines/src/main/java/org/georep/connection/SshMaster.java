package org.georep.connection;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One shared connection and the channels that go over it. Guarded by {@link SshMasters}. */
final class SshMaster {
  /** What ssh says when sshd lets no further channel through; it then connects by itself. */
  private static final String REFUSED = "Session open refused";

  private final Path socket;
  private final Optional<ProcessHandle> process;
  private final List<ProcessChannel> channels = new ArrayList<>();
  private final List<ProcessChannel> refused = new ArrayList<>();
  private int room = Integer.MAX_VALUE;

  SshMaster(Path socket, Optional<ProcessHandle> process) {
    this.socket = socket;
    this.process = process;
  }

  Path socket() {
    return socket;
  }

  void add(ProcessChannel channel) {
    channels.add(channel);
  }

  /** Returns whether one more channel may go over it, for all that is known. */
  boolean hasRoom() {
    channels.removeIf(channel -> !channel.isAlive());
    refused.removeIf(channel -> !channel.isAlive());
    for (ProcessChannel channel : List.copyOf(channels)) {
      if (channel.errors().contains(REFUSED)) {
        channels.remove(channel);
        refused.add(channel);
        room = Math.max(1, channels.size());
      }
    }
    return isAlive() && channels.size() < room;
  }

  private boolean isAlive() {
    return process.map(ProcessHandle::isAlive).orElse(true);
  }

  void closeChannels() {
    channels.forEach(ProcessChannel::close);
    refused.forEach(ProcessChannel::close);
  }

  /** Ends the process if it still runs. */
  void end() {
    process.ifPresent(ProcessHandle::destroyForcibly);
  }
}
