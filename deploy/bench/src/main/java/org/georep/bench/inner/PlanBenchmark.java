package org.georep.bench.inner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.georep.changelog.record.ChangeRecord;
import org.georep.posix.NativeLibc;
import org.georep.replicator.crawl.HybridCrawl;
import org.georep.replicator.plan.DirtySet;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.volume.PrimaryTree;
import org.georep.replicator.volume.PrimaryTrees;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Finding out what is to be done: folding records, and walking a tree that is in the cache. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // set up by JMH
public class PlanBenchmark {
  private static final int FILES = 2_000;
  private static final int RECORDS = 3 * FILES;

  private Path path;
  private PrimaryTree tree;
  private List<ChangeRecord> records;

  /** Makes a tree of 2,000 files in 20 directories. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    path = Files.createTempDirectory("georep-bench-tree");
    Samples.tree(path, FILES);
    records = Samples.burst(FILES);
    byte[] root = path.toString().getBytes(StandardCharsets.UTF_8);
    tree = PrimaryTrees.open(NativeLibc.instance(), root, Clock.systemUTC());
  }

  /** Removes it. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    tree.close();
    Samples.delete(path);
  }

  /** Folds a record of a burst, in which each file has three. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public DirtySet fold() {
    DirtySet dirty = new DirtySet();
    records.forEach(dirty::add);
    return dirty;
  }

  /** Looks at a file by its name: all its attributes, as a first copy and a burst do. */
  @Benchmark
  @OperationsPerInvocation(FILES)
  public int look() throws IOException, InterruptedException {
    return crawl(Optional.empty());
  }

  /** Glances at a file that did not change, as a crawl after a restart does. */
  @Benchmark
  @OperationsPerInvocation(FILES)
  public int glance() throws IOException, InterruptedException {
    return crawl(Optional.of(Instant.now().plusSeconds(3600)));
  }

  private int crawl(Optional<Instant> since) throws IOException, InterruptedException {
    HybridCrawl crawl = new HybridCrawl(tree, Filter.NONE, since, FILES);
    int directories = 0;
    while (!crawl.isWalked()) {
      directories += crawl.next(FILES).digests().size();
    }
    return directories;
  }
}
