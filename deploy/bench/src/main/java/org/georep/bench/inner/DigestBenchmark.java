package org.georep.bench.inner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.protocol.BlockDigests;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.EntryState;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Digests, by which both ends find what they have in common. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // set up by JMH
public class DigestBenchmark {
  private static final int ENTRIES = 100;
  private static final int LENGTH = 8 << 20;
  private static final int BLOCK = BlockDigests.BLOCK;
  private static final int BLOCKS = LENGTH / BLOCK;

  private final byte[] target = new byte[BLOCKS * BlockDigests.LENGTH];
  private final List<EntryState> states = new ArrayList<>();
  private Path file;
  private int descriptor;
  private BlockDigests digests;

  /** Makes a file of 8 MiB. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    file = Files.createTempFile("georep-bench", ".file");
    byte[] content = new byte[LENGTH];
    new Random(1).nextBytes(content);
    Files.write(file, content);
    byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
    descriptor = NativeLibc.instance().openat(Linux.AT_FDCWD, path, Linux.O_RDONLY, 0);
    digests = new BlockDigests(NativeLibc.instance());
    for (int i = 0; i < ENTRIES; i++) {
      states.add(Samples.state(i));
    }
  }

  /** Removes it. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    NativeLibc.instance().close(descriptor);
    Files.delete(file);
  }

  /** Reads and digests a block of 128 KiB of a file that is in the cache. */
  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public byte[] block() throws IOException {
    digests.of(descriptor, 0, LENGTH, BLOCK, BlockDigests.LENGTH, target, 0);
    return target;
  }

  /** Digests a directory of 100 entries. */
  @Benchmark
  public DirectoryDigest directory() {
    DirectoryDigest.Builder builder = new DirectoryDigest.Builder();
    for (int i = 0; i < ENTRIES; i++) {
      EntryState state = states.get(i);
      builder.add(Samples.place(i).name(), state.gfid(), state.kind(), state.ctime(), state.size());
    }
    return builder.finish(Samples.gfid(-1));
  }
}
