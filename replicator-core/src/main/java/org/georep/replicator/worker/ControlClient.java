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
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      try (SocketAddressPath address = SocketAddressPath.of(libc, path)) {
        channel.connect(address.address());
      }
      try (LineChannel lines = new LineChannel(channel)) {
        lines.write((request + "\n").getBytes(StandardCharsets.UTF_8), timeout);
        LineChannel.Line line = lines.read(timeout);
        if (line instanceof LineChannel.Line.Text text) {
          return checked(text.bytes());
        }
        throw new IOException("The session does not answer.");
      }
    }
  }

  private static JsonNode checked(byte[] line) throws IOException {
    JsonNode reply;
    try {
      reply = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IOException("The session's answer is no JSON.", e);
    }
    if (!reply.path("ok").asBoolean()) {
      throw new IOException(reply.path("error").asText("The session answered with no reason."));
    }
    return reply;
  }
}
