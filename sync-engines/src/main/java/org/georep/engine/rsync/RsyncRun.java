package org.georep.engine.rsync;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.georep.engine.Stop;
import org.georep.name.EntryPath;
import org.georep.protocol.Greeting;

/**
 * One run of the near rsync, in a private directory of its own: {@code tree} (what it reads), the
 * list of files, the remote shell, and what it says. For one thread.
 */
final class RsyncRun implements AutoCloseable {
  /** Both ends give up when nothing at all moved for so long; the link's own watch is quicker. */
  static final int TIMEOUT_SECONDS = 300;

  private static final int MOST_OUTPUT = 64 * 1024;

  private final String program;
  private final Path directory;

  private RsyncRun(String program, Path directory) {
    this.program = program;
    this.directory = directory;
  }

  /** Makes its directory below the temporary one. */
  static RsyncRun create(String program) throws IOException {
    Path directory = Files.createTempDirectory("georep-rsync");
    RsyncRun run = new RsyncRun(program, directory);
    Files.createDirectory(run.tree());
    return run;
  }

  /** Returns the directory whose files are sent. */
  Path tree() {
    return directory.resolve("tree");
  }

  /**
   * How it ended.
   *
   * @param status its exit status
   * @param output standard output
   * @param errors standard error: its own, and that of the far end
   */
  record End(int status, String output, String errors) {}

  /**
   * Runs rsync to its end.
   *
   * @param bytesPerSecond the limit, 0 for none
   * @throws IOException if it cannot be started
   */
  End run(
      List<String> command,
      Greeting.Data greeting,
      List<EntryPath> paths,
      boolean sparse,
      long bytesPerSecond,
      Stop stop)
      throws IOException, InterruptedException {
    RemoteShell.write(directory, command, greeting, TIMEOUT_SECONDS, sparse);
    writeList(paths);
    ProcessBuilder builder =
        new ProcessBuilder(arguments(sparse, bytesPerSecond))
            .directory(directory.toFile())
            .redirectInput(directory.resolve("list").toFile())
            .redirectOutput(directory.resolve("output").toFile())
            .redirectError(directory.resolve("errors").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("RSYNC_"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try (Stop.Guard guard = stop.guard(() -> end(process))) {
      Objects.requireNonNull(guard);
      int status = process.waitFor();
      return new End(status, read("output"), read("errors"));
    } finally {
      end(process);
    }
  }

  /** Its helpers end by themselves when their pipes do; a stalled ssh may not. */
  private static void end(Process process) {
    List<ProcessHandle> helpers = process.descendants().toList();
    process.destroy();
    helpers.forEach(ProcessHandle::destroy);
  }

  private List<String> arguments(boolean sparse, long bytesPerSecond) {
    List<String> arguments = new ArrayList<>();
    arguments.add(program);
    // Times only so that both ends agree on the protocol's shape: the agent sets them. The quick
    // check by time and size must decide nothing.
    arguments.add("-tI");
    arguments.add("--copy-links");
    if (sparse) {
      arguments.add("--sparse");
    }
    arguments.add("--numeric-ids");
    arguments.add("--chmod=D700,F600");
    arguments.add("--files-from=-");
    arguments.add("--from0");
    arguments.add("--relative");
    arguments.add("--no-implied-dirs");
    // Which basis is decided by the far end; that there is one has to be known here too.
    arguments.add("--copy-dest=.");
    arguments.add("--timeout=" + TIMEOUT_SECONDS);
    if (bytesPerSecond > 0) {
      arguments.add("--bwlimit=" + Math.max(1, bytesPerSecond / 1024));
    }
    arguments.add("--stats");
    arguments.add("--no-human-readable");
    // By way of sh, since the temporary directory may be mounted noexec.
    arguments.add("--rsh=sh ./" + RemoteShell.NAME);
    arguments.add("tree/");
    arguments.add("secondary:.");
    return arguments;
  }

  /** Each path begins with "./", so that no name is taken for an option or a comment. */
  private void writeList(List<EntryPath> paths) throws IOException {
    java.io.ByteArrayOutputStream list = new java.io.ByteArrayOutputStream();
    for (EntryPath path : paths) {
      list.write('.');
      list.write('/');
      list.writeBytes(path.toBytes());
      list.write(0);
    }
    Files.write(directory.resolve("list"), list.toByteArray());
  }

  private String read(String name) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve(name).toFile(), "r")) {
      byte[] end = new byte[(int) Math.min(MOST_OUTPUT, file.length())];
      file.seek(file.length() - end.length);
      file.readFully(end);
      return new String(end, StandardCharsets.ISO_8859_1);
    }
  }

  @Override
  public void close() throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      for (Path entry : all) {
        Files.delete(entry);
      }
    }
    Files.delete(directory);
  }
}
