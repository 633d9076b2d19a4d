package org.georep.secondary.receive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.posix.PosixException;
import org.georep.protocol.Piece;
import org.georep.protocol.PieceReader;
import org.georep.protocol.ProtocolException;
import org.jspecify.annotations.Nullable;

/** One stream: its pieces, and the files that came to their end. For one thread at a time. */
final class Incoming {
  private final Receiver receiver;
  private final List<Received> files = new ArrayList<>();
  private @Nullable Arriving arriving;

  Incoming(Receiver receiver) {
    this.receiver = receiver;
  }

  void take(byte[] body) throws IOException {
    PieceReader pieces = new PieceReader(body);
    for (Optional<Piece> next = pieces.next(); next.isPresent(); next = pieces.next()) {
      Piece piece = next.get();
      if (piece instanceof Piece.Begin begin) {
        if (arriving != null || !begin.state().isFile()) {
          throw new ProtocolException("a file begins within another, or is none");
        }
        arriving = new Arriving(receiver, begin);
      } else if (piece instanceof Piece.Data data) {
        file().data(data);
      } else if (piece instanceof Piece.Copy copy) {
        file().copy(copy);
      } else if (piece instanceof Piece.End end) {
        files.add(file().end(end));
        arriving = null;
      } else {
        file().drop();
        arriving = null;
      }
    }
  }

  private Arriving file() throws ProtocolException {
    Arriving file = arriving;
    if (file == null) {
      throw new ProtocolException("contents of no file arrived");
    }
    return file;
  }

  /** Ends it; a file that did not come to its end is dropped. */
  List<Received> finish() {
    Arriving file = arriving;
    if (file != null) {
      file.drop();
      arriving = null;
    }
    return files;
  }

  /** Words for a failure that has no error number of its own. */
  static PosixException failure(String call, int errno) {
    return new PosixException(call, new byte[0], errno);
  }
}
