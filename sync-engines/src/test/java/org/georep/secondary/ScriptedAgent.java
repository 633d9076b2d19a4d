package org.georep.secondary;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.protocol.Greeting;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.RequestHandler;
import org.georep.testing.Waits;

/**
 * The agent's real process around a handler that does what a test asks of it, in the words of
 * {@link Request.OpenJob}'s engine. Notes in its root that it was closed.
 */
public final class ScriptedAgent {
  private ScriptedAgent() {}

  /** Runs it. */
  public static void main(String[] args) {
    AgentMain.main(args, Handler::new, ScriptedAgent::data);
  }

  /** Copies its input to its output, by a program that has both from here. */
  private static int data(Greeting.Data greeting, InputStream in)
      throws IOException, InterruptedException {
    return new ProcessBuilder("sh", "-c", "printf '%s\\n' " + greeting.ticket() + "; cat; exit 7")
        .inheritIO()
        .start()
        .waitFor();
  }

  private static final class Handler implements RequestHandler {
    private Optional<Path> root = Optional.empty();
    private long count;

    @Override
    public Reply handle(Request request) throws IOException {
      if (request instanceof Request.Hello hello) {
        root = Optional.of(Path.of(new String(hello.root(), StandardCharsets.UTF_8)));
        return new Reply.Welcome("1", false, Optional.empty(), 0, false, Map.of(), List.of());
      } else if (request instanceof Request.CrawlEnd end) {
        return new Reply.Synced(end.batch(), ++count, Optional.empty());
      } else if (request instanceof Request.OpenJob job) {
        return act(job.engine());
      }
      return new Reply.Done();
    }

    private Reply act(String what) throws IOException {
      System.out.println("this must not reach the frames");
      // Nor what goes to the descriptor itself, as the virtual machine's own words do.
      FileOutputStream raw = new FileOutputStream(FileDescriptor.out); // never closed
      raw.write("2026-01-01 a thread dump\n".getBytes(StandardCharsets.US_ASCII));
      if (what.startsWith("wait ")) {
        awaitFile(Path.of(what.substring(5)));
      }
      return switch (what) {
        case "denied" ->
            throw new PosixException(
                "openat", "f".getBytes(StandardCharsets.US_ASCII), Errno.EACCES);
        case "broken" -> throw new IOException("the disk smokes");
        case "bug" -> throw new IllegalStateException("a bug");
        case "endless" -> endless(1);
        case "link" -> throw new UnsatisfiedLinkError("no libc");
        case "huge" -> new Reply.JobOpened("x".repeat(17 << 20));
        default -> new Reply.JobOpened(what);
      };
    }

    @SuppressWarnings("InfiniteRecursion")
    private static Reply endless(int depth) {
      return endless(depth + 1);
    }

    private static void awaitFile(Path file) throws IOException {
      try {
        Waits.until(file + " exists", () -> Files.exists(file));
      } catch (Exception e) {
        throw new IOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      if (root.isPresent()) {
        Files.writeString(
            root.get().resolve("closed"),
            "once\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      }
    }
  }
}
