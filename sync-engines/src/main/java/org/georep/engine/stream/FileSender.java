package org.georep.engine.stream;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.georep.engine.AgentPort;
import org.georep.engine.ContentSource;
import org.georep.engine.Throttle;
import org.georep.name.Gfid;
import org.georep.posix.Libc;

/** What one worker sends files with. For one thread. */
public final class FileSender {
  final Libc libc;
  final ContentSource source;
  final Throttle throttle;
  final LongConsumer wire;
  final Packer packer;
  final Lookalikes lookalikes;
  final AgentPort agent;
  final Clock clock = Clock.systemUTC();
  private final LongSupplier numbers;
  final ByteBuffer buffer = ByteBuffer.allocateDirect(FileStream.FRAME);

  /**
   * Makes it.
   *
   * @param wire is told how many bytes more were sent
   * @param packer shared by all that send over this connection
   * @param lookalikes shared by all that send over this connection
   * @param numbers gives numbers not used before on the agent's connection
   */
  public FileSender(
      Libc libc,
      ContentSource source,
      Throttle throttle,
      LongConsumer wire,
      Packer packer,
      Lookalikes lookalikes,
      AgentPort agent,
      LongSupplier numbers) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.source = Objects.requireNonNull(source, "source is null");
    this.throttle = Objects.requireNonNull(throttle, "throttle is null");
    this.wire = Objects.requireNonNull(wire, "wire is null");
    this.packer = Objects.requireNonNull(packer, "packer is null");
    this.lookalikes = Objects.requireNonNull(lookalikes, "lookalikes is null");
    this.agent = Objects.requireNonNull(agent, "agent is null");
    this.numbers = Objects.requireNonNull(numbers, "numbers is null");
  }

  /** Begins a stream of files; one at a time. */
  public FileStream open() {
    return new FileStream(this, agent.contents());
  }

  /** Says that a file of which differences were sent was not put together from them. */
  public void notWhole(Gfid gfid) {
    lookalikes.add(gfid);
  }

  /** Returns a number for a basis. */
  long newBasis() {
    return numbers.getAsLong();
  }
}
