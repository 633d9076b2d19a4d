package org.georep.engine.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.georep.engine.EngineChoice;
import org.georep.engine.FileJob;
import org.georep.engine.Outcome;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.testing.FaultyLibc;

/** A primary directory, a secondary directory, and a pool between them. */
final class Pair implements AutoCloseable {
  static final Map<String, String> PROGRAMS = Map.of("tar", "1.34", "rsync", "3.2.7");

  final FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
  final Libc libc = faulty.libc();
  final Path primary;
  final Path secondary;
  final TreeSource source;
  final StageAgent agent;
  final Heard heard = new Heard();
  final LocalLink link;
  final DataPool pool;

  Pair(Path primary, Path secondary, EngineChoice engine) throws Exception {
    this(primary, secondary, options(secondary, engine), new LocalLink());
  }

  Pair(Path primary, Path secondary, PoolOptions options, LocalLink link) throws Exception {
    this.primary = primary;
    this.secondary = secondary;
    this.source = new TreeSource(libc, RawPath.toBytes(primary));
    this.agent = new StageAgent(secondary);
    this.link = link;
    this.pool = DataPool.start(options, libc, source, link, agent, heard);
  }

  static PoolOptions options(Path secondary, EngineChoice engine) {
    return PoolOptions.of(engine, RawPath.toBytes(secondary), PROGRAMS);
  }

  /** Writes a file on the primary and returns the job that carries it. */
  FileJob file(String path, byte[] content) throws IOException {
    return file(EntryPath.parse(path), content);
  }

  FileJob file(EntryPath path, byte[] content) throws IOException {
    Path file = on(primary, path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    return job(path);
  }

  /** Returns the job for a file that is there. */
  FileJob job(EntryPath path) throws IOException {
    Gfid gfid = source.add(path);
    agent.places.put(gfid, path);
    Path copy = on(secondary, path);
    long have = Files.isRegularFile(copy) ? Files.size(copy) : -1;
    return new FileJob(1, gfid, Files.size(on(primary, path)), have, false);
  }

  static Path on(Path root, EntryPath path) {
    return StageAgent.below(root, path);
  }

  Outcome carry(FileJob job) throws Exception {
    pool.submit(java.util.List.of(job));
    return heard.of(job);
  }

  byte[] copy(String path) throws IOException {
    return Files.readAllBytes(on(secondary, EntryPath.parse(path)));
  }

  @Override
  public void close() throws IOException {
    pool.close();
    link.close();
    agent.close();
  }
}
