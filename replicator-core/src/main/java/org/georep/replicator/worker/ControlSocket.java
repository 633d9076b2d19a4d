package org.georep.replicator.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.georep.posix.Libc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a running session is asked and told things: a Unix socket, for its owner only.
 *
 * <p>A client sends lines, each a JSON object with {@code op}; each is answered by one line, a JSON
 * object with {@code ok}, and {@code error} (a sentence) where that is false; a long operation
 * sends lines without {@code ok} before that one. A client that sends nothing within a second gets
 * {@code checkpoint LABEL is STATE} and a NUL, and is left: monitors of GlusterFS ask so. At most
 * {@value #MOST_CLIENTS} are served at a time; more wait. What they send is bounded, and a client
 * that stalls harms no other.
 *
 * <p>Whoever makes one holds the session's lock: a socket that is there already is a dead one's. A
 * crash leaves it behind, refusing connections.
 */
public final class ControlSocket implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlSocket.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_CLIENTS = 16;
  private static final Duration SILENT = Duration.ofSeconds(1);
  private static final Duration STALLED = Duration.ofSeconds(30);

  /** Carries out one operation. Called by several threads. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Answers.
     *
     * @param request the whole request
     * @return what is added to the reply beside {@code ok}
     * @throws IOException if it cannot be done; the message is a sentence for the client
     */
    ObjectNode handle(JsonNode request) throws IOException;
  }

  /** One that says things while it works: lines before its reply. */
  @FunctionalInterface
  public interface Telling extends Handler {
    /**
     * Answers.
     *
     * @param lines takes a line each; fails when the client is gone
     */
    ObjectNode handle(JsonNode request, Lines lines) throws IOException;

    @Override
    default ObjectNode handle(JsonNode request) throws IOException {
      return handle(request, line -> {});
    }
  }

  /** Takes lines. */
  @FunctionalInterface
  public interface Lines {
    /** Sends one. It has no {@code ok}: that is for the reply. */
    void tell(ObjectNode line) throws IOException;
  }

  private final Path path;
  private final ServerSocketChannel server;
  private final Map<String, Handler> handlers;
  private final Supplier<String> checkpoint;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private final Semaphore places = new Semaphore(MOST_CLIENTS);
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "georep-control");
            thread.setDaemon(true);
            return thread;
          });

  private ControlSocket(
      Path path,
      ServerSocketChannel server,
      Map<String, Handler> handlers,
      Supplier<String> checkpoint) {
    this.path = path;
    this.server = server;
    this.handlers = Map.copyOf(handlers);
    this.checkpoint = Objects.requireNonNull(checkpoint, "checkpoint is null");
  }

  /**
   * Listens.
   *
   * @param path the socket, of any length
   * @param handlers by operation
   * @param checkpoint what old monitors get, such as {@code checkpoint None is N/A}
   */
  public static ControlSocket listen(
      Libc libc, Path path, Map<String, Handler> handlers, Supplier<String> checkpoint)
      throws IOException {
    Files.deleteIfExists(path);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    boolean listening = false;
    try (SocketAddressPath address = SocketAddressPath.of(libc, path)) {
      // The directory is its owner's alone, so nobody connects before the mode is set.
      server.bind(address.address());
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      listening = true;
    } finally {
      if (!listening) {
        server.close();
      }
    }
    ControlSocket socket = new ControlSocket(path, server, handlers, checkpoint);
    socket.threads.execute(socket::accept);
    return socket;
  }

  private void accept() {
    try {
      while (true) {
        places.acquire();
        SocketChannel client = server.accept();
        open.add(client);
        threads.execute(() -> serve(client));
      }
    } catch (ClosedChannelException | InterruptedException | RuntimeException e) {
      log.debug("The control socket is closed", e);
    } catch (IOException e) {
      log.warn("The control socket {} failed; status and stop by it do not work", path, e);
    }
  }

  private void serve(SocketChannel client) {
    try (client;
        LineChannel lines = new LineChannel(client)) {
      Duration patience = SILENT;
      while (true) {
        LineChannel.Line line = lines.read(patience);
        if (line instanceof LineChannel.Line.Text text) {
          lines.write(reply(text.bytes(), said -> lines.write(bytes(said), STALLED)), STALLED);
          patience = STALLED;
        } else {
          if (line instanceof LineChannel.Line.Silence && patience.equals(SILENT)) {
            lines.write((checkpoint.get() + "\0").getBytes(StandardCharsets.UTF_8), STALLED);
          }
          return;
        }
      }
    } catch (AsynchronousCloseException e) {
      log.debug("A control client was left at the end", e);
    } catch (IOException | RuntimeException e) {
      log.debug("A control client went away", e);
    } finally {
      open.remove(client);
      places.release();
    }
  }

  private byte[] reply(byte[] request, Lines lines) {
    ObjectNode reply = JsonNodeFactory.instance.objectNode();
    try {
      JsonNode node = JSON.readTree(request);
      String op = node == null ? "" : node.path("op").asText();
      Handler handler = handlers.get(op);
      if (handler == null) {
        throw new IOException(
            "The operation '"
                + op
                + "' is not known. Known are: "
                + new TreeSet<>(handlers.keySet())
                + ".");
      }
      ObjectNode answer =
          handler instanceof Telling telling ? telling.handle(node, lines) : handler.handle(node);
      reply.put("ok", true);
      reply.setAll(answer);
    } catch (IOException | RuntimeException e) {
      reply.removeAll();
      reply.put("ok", false);
      reply.put("error", e.getMessage() == null ? e.toString() : e.getMessage());
    }
    return bytes(reply);
  }

  private static byte[] bytes(ObjectNode line) {
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Stops listening, leaves its clients and removes the socket. */
  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdown();
    try {
      // Lets a reply on its way, such as the one to stop, go out.
      if (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
    for (SocketChannel client : open) {
      client.close();
    }
    Files.deleteIfExists(path);
  }
}
