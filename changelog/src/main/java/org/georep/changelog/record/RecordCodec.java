package org.georep.changelog.record;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Turns records into bytes and back. The bytes are: version, kind, sequence number, time, the
 * kind's own parts, and a CRC32C over all of it (four bytes, the last). Numbers are written seven
 * bits at a time, so that a usual record of two handles and a name takes 40 to 60 bytes.
 *
 * <p>{@link #decode} accepts exactly what {@link #encode} writes and throws {@link
 * DamagedRecordException}, and nothing else, for any other bytes: it is what proves that a record
 * came back as it was written. One instance holds a buffer and serves one thread; the bytes it
 * returns are valid until its next use.
 */
public final class RecordCodec {
  /** The version written. A reader refuses higher ones. */
  public static final int VERSION = 1;

  /** No record is longer than this, in bytes. Texts are cut so that it holds. */
  public static final int MAX_BYTES = 8 << 10;

  private static final int CRC_BYTES = 4;

  private static final int ENTRY = 1;
  private static final int RENAME = 2;
  private static final int METADATA = 3;
  private static final int DATA = 4;
  private static final int OUTSIDE = 5;
  private static final int SUBTREE = 6;
  private static final int STARTED = 7;
  private static final int STOPPED = 8;
  private static final int GAP = 9;
  private static final int DRAINED = 10;

  private final ByteBuffer buffer = ByteBuffer.allocate(MAX_BYTES);
  private final RecordParts parts = new RecordParts(buffer);
  private final CRC32C crc = new CRC32C();

  /** Makes a codec. */
  public RecordCodec() {}

  /**
   * Writes a record.
   *
   * @return the codec's own buffer, from its position to its limit
   */
  public ByteBuffer encode(JournalRecord record) {
    buffer.clear();
    buffer.put((byte) VERSION);
    buffer.put((byte) 0);
    parts.putLong(record.sequence());
    parts.putInstant(record.time());
    int kind = putChange(record.change());
    buffer.put(1, (byte) kind);
    crc.reset();
    crc.update(buffer.array(), 0, buffer.position());
    buffer.putInt((int) crc.getValue());
    return buffer.flip();
  }

  /**
   * Returns the codec's buffer, empty, for the bytes of a record to be put in; {@link #decode()}
   * reads them.
   */
  public ByteBuffer fill() {
    return buffer.clear();
  }

  /** Reads the record whose bytes were put into {@link #fill}. */
  public JournalRecord decode() throws DamagedRecordException {
    buffer.flip();
    int length = buffer.limit();
    if (length < 2 + CRC_BYTES) {
      throw new DamagedRecordException("a record of " + length + " bytes is too short");
    }
    crc.reset();
    crc.update(buffer.array(), 0, length - CRC_BYTES);
    if ((int) crc.getValue() != buffer.getInt(length - CRC_BYTES)) {
      throw new DamagedRecordException("the checksum of a record does not match its bytes");
    }
    int version = Byte.toUnsignedInt(buffer.get());
    if (version != VERSION) {
      throw new DamagedRecordException(
          "a record has format version " + version + ", this program reads version " + VERSION,
          version > VERSION ? version : 0);
    }
    buffer.limit(length - CRC_BYTES);
    try {
      return getRecord();
    } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException e) {
      DamagedRecordException damaged =
          new DamagedRecordException("the parts of a record make no sense");
      damaged.initCause(e);
      throw damaged;
    }
  }

  private JournalRecord getRecord() throws DamagedRecordException {
    int kind = Byte.toUnsignedInt(buffer.get());
    long sequence = parts.getLong();
    Instant time = parts.getInstant();
    ChangeRecord change = getChange(kind);
    if (buffer.hasRemaining()) {
      throw new DamagedRecordException("a record has bytes left over");
    }
    return new JournalRecord(sequence, time, change);
  }

  private int putChange(ChangeRecord change) {
    if (change instanceof ChangeRecord.Entry entry) {
      parts.putPlace(entry.place());
      parts.putOptionalGfid(entry.gfid());
      return ENTRY;
    } else if (change instanceof ChangeRecord.Rename rename) {
      parts.putPlace(rename.from());
      parts.putPlace(rename.to());
      parts.putOptionalGfid(rename.gfid());
      return RENAME;
    } else if (change instanceof ChangeRecord.Metadata metadata) {
      parts.putGfid(metadata.gfid());
      parts.putOptionalPlace(metadata.place());
      return METADATA;
    } else if (change instanceof ChangeRecord.Data data) {
      parts.putGfid(data.gfid());
      parts.putOptionalPlace(data.place());
      return DATA;
    } else if (change instanceof ChangeRecord.Outside outside) {
      parts.putGfid(outside.directory());
      return OUTSIDE;
    } else if (change instanceof ChangeRecord.Subtree subtree) {
      parts.putPlace(subtree.place());
      return SUBTREE;
    } else if (change instanceof ChangeRecord.Started started) {
      parts.putText(started.source());
      parts.putText(started.bootId());
      buffer.putLong(started.capture().getMostSignificantBits());
      buffer.putLong(started.capture().getLeastSignificantBits());
      buffer.putDouble(started.coverage());
      return STARTED;
    } else if (change instanceof ChangeRecord.Stopped) {
      return STOPPED;
    } else if (change instanceof ChangeRecord.Gap gap) {
      parts.putText(gap.reason());
      return GAP;
    } else if (change instanceof ChangeRecord.Drained drained) {
      parts.putInstant(drained.upTo());
      return DRAINED;
    }
    throw new IllegalArgumentException("a kind of record without bytes: " + change.getClass());
  }

  private ChangeRecord getChange(int kind) throws DamagedRecordException {
    // Arguments are evaluated from left to right: in the order they were written.
    return switch (kind) {
      case ENTRY -> new ChangeRecord.Entry(parts.getPlace(), parts.getOptionalGfid());
      case RENAME ->
          new ChangeRecord.Rename(parts.getPlace(), parts.getPlace(), parts.getOptionalGfid());
      case METADATA -> new ChangeRecord.Metadata(parts.getGfid(), parts.getOptionalPlace());
      case DATA -> new ChangeRecord.Data(parts.getGfid(), parts.getOptionalPlace());
      case OUTSIDE -> new ChangeRecord.Outside(parts.getGfid());
      case SUBTREE -> new ChangeRecord.Subtree(parts.getPlace());
      case STARTED ->
          new ChangeRecord.Started(
              parts.getText(),
              parts.getText(),
              new UUID(buffer.getLong(), buffer.getLong()),
              buffer.getDouble());
      case STOPPED -> new ChangeRecord.Stopped();
      case GAP -> new ChangeRecord.Gap(parts.getText());
      case DRAINED -> new ChangeRecord.Drained(parts.getInstant());
      default -> throw new DamagedRecordException("a record of unknown kind " + kind);
    };
  }

  /** Reads a record from bytes of its own, for tools and tests. */
  public JournalRecord decode(byte[] bytes) throws DamagedRecordException {
    if (bytes.length > MAX_BYTES) {
      throw new DamagedRecordException("a record of " + bytes.length + " bytes is too long");
    }
    fill().put(bytes);
    return decode();
  }

  /** Writes a record to bytes of its own, for tools and tests. */
  public byte[] toBytes(JournalRecord record) {
    ByteBuffer encoded = encode(record);
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }
}
