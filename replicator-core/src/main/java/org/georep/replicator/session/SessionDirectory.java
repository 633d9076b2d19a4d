package org.georep.replicator.session;

import java.nio.file.Path;
import java.util.Objects;

/** The files of one session. */
public final class SessionDirectory {
  static final String YAML = "session.yaml";

  private final Path path;
  private final SessionName name;

  SessionDirectory(Path path, SessionName name) {
    this.path = Objects.requireNonNull(path, "path is null");
    this.name = Objects.requireNonNull(name, "name is null");
  }

  /**
   * Makes the directories, for their owner only, where they are missing.
   *
   * @throws GeorepException if that is not possible
   */
  public void make() throws GeorepException {
    StateDirectory.make(log());
  }

  /** Returns the session's name. */
  public SessionName name() {
    return name;
  }

  /** Returns the directory. */
  public Path path() {
    return path;
  }

  /** Returns the configuration, see {@link SessionFile}. */
  public Path yaml() {
    return path.resolve(YAML);
  }

  /** Returns what only one process holds at a time, see {@link SessionLock}. */
  public Path lock() {
    return path.resolve("lock");
  }

  /** Returns the worker's status. */
  public Path status(String volume) {
    return path.resolve(volume + ".status");
  }

  /** Returns the monitor's status. */
  public Path monitorStatus() {
    return path.resolve("monitor.status");
  }

  /** Returns the time up to which the secondary is in step. */
  public Path stime(String volume) {
    return path.resolve(volume + ".stime");
  }

  /** Returns how far the shares of a scheduled verify are. */
  public Path verify(String volume) {
    return path.resolve(volume + ".verify");
  }

  /** Returns which volume the primary was when it was first met. */
  public Path volumeId(String volume) {
    return path.resolve(volume + ".volume");
  }

  /** Returns the file with the identity that the file of a volume's id has on the primary. */
  public Path volumeWitness(String volume) {
    return path.resolve(volume + ".witness");
  }

  /** Returns what is there while a stopped session has let its volume's capture go. */
  public Path released() {
    return path.resolve("released");
  }

  /** Returns how much the brake on deletes stopped at. */
  public Path namedDeletes() {
    return path.resolve("deletes.named");
  }

  /** Returns how many deletes somebody accepted. */
  public Path acceptedDeletes() {
    return path.resolve("deletes.accepted");
  }

  /** Returns what says that the secondary's data is to be taken over at the first start. */
  public Path adopt() {
    return path.resolve("adopt");
  }

  /** The key made for it, if one was. */
  public Path key() {
    return path.resolve("key");
  }

  /** Returns the epoch of the secondary this session was given. */
  public Path epoch() {
    return path.resolve("epoch");
  }

  /** Returns where the secondary of a session by this name was promoted, on its own host. */
  public Path promoted() {
    return path.resolve("promoted");
  }

  /** Returns what is left of the configuration of a session that was deleted. */
  public Path deleted() {
    return path.resolve("deleted.yaml");
  }

  /** Returns the quarantine. */
  public Path quarantine() {
    return path.resolve("quarantine");
  }

  /** Returns the directory of checkpoints, a file each. */
  public Path checkpoints() {
    return path.resolve("checkpoints");
  }

  /** Returns what has become of the checkpoints. */
  public Path checkpointOutcomes(String volume) {
    return path.resolve(volume + ".checkpoints");
  }

  /** Returns what happened to the session. */
  public Path events() {
    return path.resolve("events");
  }

  /** Returns the control socket. */
  public Path control() {
    return path.resolve("control");
  }

  /** Returns the directory of logs. */
  public Path log() {
    return path.resolve("log");
  }
}
