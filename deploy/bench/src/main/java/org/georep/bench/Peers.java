package org.georep.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.georep.testing.Sshd;

/** The peers, each so that it reaches the secondary's host by one port. */
final class Peers {
  private final Sshd sshd;
  private final int port;
  private final Path program;
  private final Path scratch;

  /**
   * Says how they reach it.
   *
   * @param port the server's, or a relay's before it
   * @param program georep's launcher
   * @param scratch where they may keep files
   */
  Peers(Sshd sshd, int port, Path program, Path scratch) {
    this.sshd = sshd;
    this.port = port;
    this.program = program;
    this.scratch = scratch;
  }

  /** Returns all there are, with georep once for each engine. */
  List<Peer> all(List<String> engines) {
    List<String> ssh =
        sshd.ssh().stream()
            .map(word -> word.equals(Integer.toString(sshd.port())) ? "" + port : word)
            .toList();
    List<Peer> all =
        new ArrayList<>(
            List.of(
                Peer.nothing(),
                Peer.stream(ssh),
                Peer.tar(ssh),
                Peer.rsync(ssh),
                Peer.lsyncd(ssh, scratch)));
    if (Syncthing.isInstalled()) {
      all.add(new Syncthing(scratch));
    }
    engines.forEach(engine -> all.add(georep(engine)));
    return all;
  }

  /** Returns georep with an engine. */
  Peer georep(String engine) {
    List<String> options =
        List.of(
            "--ssh-key",
            sshd.identityFile().toString(),
            "--ssh-option",
            "Port=" + port,
            "--ssh-option",
            "UserKnownHostsFile=" + sshd.knownHostsFile());
    return Peer.georep(program, options, sshd.user() + "@" + sshd.host(), scratch, engine);
  }
}
