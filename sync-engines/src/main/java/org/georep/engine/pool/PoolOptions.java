package org.georep.engine.pool;

import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.georep.engine.EngineChoice;

/**
 * How data is to be carried.
 *
 * @param engine which engine the operator asked for
 * @param syncJobs how many workers, 1 to 64
 * @param bytesPerSecond the limit over all workers, 0 for none; asked again and again, by any
 *     thread
 * @param root the secondary's directory, as the agent was told it
 * @param programs the data programs of the secondary's host and their versions, from {@link
 *     org.georep.protocol.Reply.Welcome}
 * @param rsync how the rsync of this host is called
 */
public record PoolOptions(
    EngineChoice engine,
    int syncJobs,
    LongSupplier bytesPerSecond,
    byte[] root,
    Map<String, String> programs,
    String rsync) {
  /** Checks its parts. */
  public PoolOptions {
    Objects.requireNonNull(engine, "engine is null");
    Objects.requireNonNull(bytesPerSecond, "bytesPerSecond is null");
    Objects.requireNonNull(root, "root is null");
    Objects.requireNonNull(rsync, "rsync is null");
    programs = Map.copyOf(programs);
    if (syncJobs < 1 || syncJobs > 64) {
      throw new IllegalArgumentException("sync-jobs is from 1 to 64, not " + syncJobs);
    }
  }

  /** Makes the usual ones: three workers, no limit, the {@code rsync} on the path. */
  public static PoolOptions of(EngineChoice engine, byte[] root, Map<String, String> programs) {
    return new PoolOptions(engine, 3, () -> 0, root, programs, "rsync");
  }

  /** Returns these with another number of workers. */
  public PoolOptions withSyncJobs(int number) {
    return new PoolOptions(engine, number, bytesPerSecond, root, programs, rsync);
  }

  /**
   * Returns these with another limit.
   *
   * @param limit 0 for none
   */
  public PoolOptions withBytesPerSecond(long limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("bwlimit is negative: " + limit);
    }
    return new PoolOptions(engine, syncJobs, () -> limit, root, programs, rsync);
  }
}
