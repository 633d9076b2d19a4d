package org.georep.bench.inner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Calls into the kernel, made one by one: what they cost beyond what the kernel does. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // set up by JMH
public class KernelCallBenchmark {
  private static final byte[] EMPTY = {};

  private final Libc libc = NativeLibc.instance();
  private Path file;
  private int descriptor;

  /** Makes a file. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    file = Files.createTempFile("georep-bench", ".file");
    byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
    descriptor = libc.openat(Linux.AT_FDCWD, path, Linux.O_RDONLY, 0);
  }

  /** Removes it. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    libc.close(descriptor);
    Files.delete(file);
  }

  /** One in which the kernel does next to nothing. */
  @Benchmark
  public int least() {
    return libc.geteuid();
  }

  /** One that fills a structure. */
  @Benchmark
  public Stat statx() throws PosixException {
    return libc.statx(descriptor, EMPTY, Linux.AT_EMPTY_PATH);
  }
}
