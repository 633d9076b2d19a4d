package org.georep.protocol;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Gathers {@link Piece}s into the body of a frame: a byte that says how they are packed, then they.
 * For one thread.
 */
public final class PieceWriter {
  private final WireWriter out = new WireWriter();

  /** Makes one with nothing gathered. */
  public PieceWriter() {
    begin();
  }

  /** Adds a {@link Piece.Begin}. */
  public void begin(long batch, EntryState state, long basis) throws ProtocolException {
    out.octet(PieceReader.BEGIN);
    out.signed(batch);
    Values.state(out, state);
    out.signed(basis);
  }

  /** Adds a {@link Piece.Data} of what remains in the buffer, and takes it out. */
  public void data(long offset, ByteBuffer bytes) throws ProtocolException {
    out.octet(PieceReader.DATA);
    out.unsigned(offset);
    out.unsigned(bytes.remaining());
    out.raw(bytes);
  }

  /** Adds a {@link Piece.Copy}. */
  public void copy(long offset, long length) throws ProtocolException {
    out.octet(PieceReader.COPY);
    out.unsigned(offset);
    out.unsigned(length);
  }

  /** Adds a {@link Piece.End}. */
  public void end(Optional<byte[]> digest) throws ProtocolException {
    out.octet(PieceReader.END);
    out.optional(digest, WireWriter::raw);
  }

  /** Adds a {@link Piece.Drop}. */
  public void drop() throws ProtocolException {
    out.octet(PieceReader.DROP);
  }

  /** Returns how many bytes were gathered. */
  public int length() {
    return out.length() - 1;
  }

  /** Returns the body of what was gathered, and begins anew. */
  public byte[] take() {
    byte[] body = out.toBytes();
    out.clear();
    begin();
    return body;
  }

  private void begin() {
    try {
      out.octet(PieceReader.PLAIN);
    } catch (ProtocolException e) {
      throw new IllegalStateException("one byte does not fit into a frame", e);
    }
  }
}
