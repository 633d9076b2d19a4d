package org.georep.secondary.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.georep.posix.RawPath;
import org.georep.protocol.Greeting;

/**
 * The far end of a data channel. The replicator's first line said so and named a ticket; this uses
 * the ticket up, starts the one program it entitles to, in the job's place and on this process's
 * own standard input and output, and ends as that ends.
 *
 * <p>What a hostile near end can reach: the job's place. It chooses neither program nor arguments;
 * tar and rsync of their own refuse names that lead out of their directory, and the agent publishes
 * nothing but regular files it opens beneath that place. Nothing is durable here; the agent's
 * barrier sees to that. After a crash the place is rubbish, which the next agent removes.
 */
public final class DataChannel {
  /** Exit code: the ticket or what followed it was refused. */
  public static final int REFUSED = 70;

  /** Exit code: the program is not there, as a shell would say it. */
  public static final int NO_PROGRAM = 127;

  private final InputStream in;
  private final PrintStream errors;

  /**
   * Makes one.
   *
   * @param in this process's standard input, not buffered, right after the first line
   * @param errors where sentences about refusals go
   */
  public DataChannel(InputStream in, PrintStream errors) {
    this.in = in;
    this.errors = errors;
  }

  /**
   * Serves the channel to its end.
   *
   * @return this process's exit code: the program's own, or one of those above
   */
  public int serve(Greeting.Data greeting) throws InterruptedException {
    Path root = absolute(greeting.root());
    try (ProcessPaths paths = new ProcessPaths();
        Ticket ticket = Ticket.use(root, greeting.ticket())) {
      List<String> command =
          ticket.engine().equals("rsync")
              ? FarProgram.rsync(Greeting.readLine(in), paths.of(root))
              : FarProgram.tar();
      return run(command, ticket.place());
    } catch (IOException | IllegalArgumentException e) {
      errors.println("georep: data channel refused: " + e.getMessage());
      return REFUSED;
    }
  }

  private int run(List<String> command, Path directory) throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).inheritIO();
    cleanse(builder.environment());
    try {
      return builder.start().waitFor();
    } catch (IOException e) {
      errors.println(
          "georep: "
              + command.get(0)
              + " cannot be started on the secondary's host; install it there: "
              + e.getMessage());
      return NO_PROGRAM;
    }
  }

  /** Takes away what would change what the programs do or say. */
  private static void cleanse(Map<String, String> environment) {
    environment
        .keySet()
        .removeIf(
            name ->
                name.startsWith("RSYNC_")
                    || name.startsWith("TAR_")
                    || name.startsWith("LC_")
                    || name.equals("LANGUAGE")
                    || name.equals("TAPE")
                    || name.equals("POSIXLY_CORRECT"));
    environment.put("LC_ALL", "C");
  }

  /** A relative root is below where sshd starts us: the user's home. */
  private static Path absolute(byte[] root) {
    if (root.length > 0 && root[0] == '/') {
      return RawPath.toPath(root);
    }
    byte[] here = RawPath.toBytes(Path.of(""));
    byte[] whole = java.util.Arrays.copyOf(here, here.length + 1 + root.length);
    whole[here.length] = '/';
    System.arraycopy(root, 0, whole, here.length + 1, root.length);
    return RawPath.toPath(whole);
  }
}
