package org.georep.replicator.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.georep.posix.Libc;

/** Asks a running session, see {@link ControlSocket}. One connection for each request. */
public final class ControlClient {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  /** A path may be long, and is there twice, escaped and in base64. */
  private static final int LONGEST = 16 << 20;

  private final Libc libc;
  private final Path path;
  private final Duration timeout;

  /**
   * Makes one.
   *
   * @param path the session's socket
   * @param timeout how long an answer may take
   */
  public ControlClient(Libc libc, Path path, Duration timeout) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.path = Objects.requireNonNull(path, "path is null");
    this.timeout = Objects.requireNonNull(timeout, "timeout is null");
  }

  /** Asks for an operation that takes nothing else, see {@link #ask(ObjectNode)}. */
  public JsonNode ask(String operation) throws IOException {
    return ask(JsonNodeFactory.instance.objectNode().put("op", operation));
  }

  /**
   * Asks, and returns the reply.
   *
   * @throws IOException if nobody listens or answers in time, or the answer is an error: its
   *     sentence
   */
  public JsonNode ask(ObjectNode request) throws IOException {
    return follow(
        request,
        line -> {
          throw new IOException("The session's answer is not understood.");
        });
  }

  /** Takes what an operation says while it works. */
  @FunctionalInterface
  public interface Told {
    /** Takes a line. */
    void line(JsonNode line) throws IOException;
  }

  /**
   * Asks for an operation that says things while it works, and returns the reply.
   *
   * @param told takes the lines before it; what it throws ends the operation
   */
  public JsonNode follow(ObjectNode request, Told told) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      try (SocketAddressPath address = SocketAddressPath.of(libc, path)) {
        channel.connect(address.address());
      }
      try (LineChannel lines = new LineChannel(channel, LONGEST)) {
        lines.write((request + "\n").getBytes(StandardCharsets.UTF_8), timeout);
        while (lines.read(timeout) instanceof LineChannel.Line.Text text) {
          JsonNode line = parsed(text.bytes());
          if (line.has("ok")) {
            return checked(line);
          }
          told.line(line);
        }
        throw new IOException("The session does not answer.");
      }
    }
  }

  private static JsonNode parsed(byte[] line) throws IOException {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IOException("The session's answer is no JSON.", e);
    }
  }

  private static JsonNode checked(JsonNode reply) throws IOException {
    if (!reply.path("ok").asBoolean()) {
      throw new IOException(reply.path("error").asText("The session answered with no reason."));
    }
    return reply;
  }
}
