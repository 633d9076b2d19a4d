package org.georep.secondary.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.georep.protocol.EntryState;
import org.georep.protocol.PieceWriter;
import org.georep.protocol.Reply;
import org.georep.protocol.RequestHandler;

/** Sends contents over the agent's own connection, as the replicator does. */
final class Streams {
  private Streams() {}

  /** One file in one stream. */
  static Reply publish(
      RequestHandler agent, long stream, long batch, EntryState state, byte[] contents)
      throws IOException {
    return publish(agent, stream, batch, List.of(state), List.of(contents));
  }

  /** Several files in one stream. */
  static Reply publish(
      RequestHandler agent, long stream, long batch, List<EntryState> states, List<byte[]> contents)
      throws IOException {
    PieceWriter pieces = new PieceWriter();
    for (int i = 0; i < states.size(); i++) {
      pieces.begin(batch, states.get(i), 0);
      byte[] bytes = contents.get(i);
      pieces.data(0, ByteBuffer.wrap(bytes));
      pieces.end(Optional.empty());
    }
    agent.contents(stream, pieces.take());
    return agent.publish(stream);
  }
}
