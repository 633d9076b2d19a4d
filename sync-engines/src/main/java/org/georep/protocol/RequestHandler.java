package org.georep.protocol;

import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * What carries out requests: the agent's tree side. Called by one thread, one request at a time, in
 * the order they were sent; {@link Request.Hello} comes first, {@link Request.Goodbye} last if the
 * replicator ends on purpose.
 */
public interface RequestHandler extends AutoCloseable {
  /**
   * Carries out one request. An exception is answered by {@link Reply.Failed}, with the error
   * number if it is a {@link org.georep.posix.PosixException}; the connection goes on.
   */
  Reply handle(Request request) throws IOException;

  /**
   * Told once, before the first request, how to see whether the peer lives.
   *
   * @param signs returns another number whenever the peer gave a sign of life since
   */
  default void watch(LongSupplier signs) {}

  /**
   * Takes the body of a frame of contents: {@link Piece}s. Called by other threads than the rest,
   * for each stream in order and one at a time. What goes wrong with a file is kept for {@link
   * #publish}.
   *
   * @throws IOException if the body is none; the connection ends
   */
  default void contents(long stream, byte[] body) throws IOException {
    throw new ProtocolException("contents were sent before they can be taken");
  }

  /**
   * All bodies of a stream were taken: publishes the files that are whole. Called as {@link
   * #handle} is, and exceptions are answered likewise.
   */
  default Reply publish(long stream) throws IOException {
    throw new IOException("no contents can be taken yet");
  }

  /**
   * Lets go of everything, called once: after {@link Request.Goodbye}, or when the connection was
   * lost, whatever came before. After a Goodbye nothing is left to do but to close; without one the
   * end is noted as unclean.
   */
  @Override
  void close() throws IOException;
}
