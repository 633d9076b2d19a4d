package org.georep.changelog.capture.fanotify;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.georep.changelog.capture.fanotify.FanotifyEvent.Side;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.FileHandle;
import org.georep.posix.Linux;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code struct fanotify_event_metadata} and the information records behind it (fanotify(7)).
 */
final class EventParser {
  private static final int VERSION = 3;
  private static final int FSID_BYTES = 8;
  private static final int HEADER_BYTES = 4;

  private EventParser() {}

  /**
   * Reads one event and moves the buffer's position behind it.
   *
   * @throws IOException if it is not what the flags in use can give
   */
  static FanotifyEvent next(ByteBuffer buffer) throws IOException {
    int start = buffer.position();
    int length = buffer.getInt(start);
    int version = buffer.get(start + 4);
    int metadata = buffer.getShort(start + 6);
    if (version != VERSION || length < metadata || length > buffer.remaining()) {
      throw new IOException(
          "fanotify events of version " + version + " are not understood: use --capture inotify");
    }
    long mask = buffer.getLong(start + 8);
    int pid = buffer.getInt(start + 20);
    Gfid fid = null;
    Side at = null;
    Side from = null;
    int record = start + metadata;
    while (record < start + length) {
      int type = buffer.get(record) & 0xff;
      int size = buffer.getShort(record + 2) & 0xffff;
      switch (type) {
        case Linux.FAN_EVENT_INFO_TYPE_FID -> fid = gfid(buffer, record);
        case Linux.FAN_EVENT_INFO_TYPE_DFID,
            Linux.FAN_EVENT_INFO_TYPE_DFID_NAME,
            Linux.FAN_EVENT_INFO_TYPE_NEW_DFID_NAME ->
            at = side(buffer, record, size);
        case Linux.FAN_EVENT_INFO_TYPE_OLD_DFID_NAME -> from = side(buffer, record, size);
        default -> {}
      }
      record += Math.max(size, HEADER_BYTES);
    }
    buffer.position(start + length);
    return new FanotifyEvent(mask, pid, fid, at, from);
  }

  /** Nothing if the file system could not make a handle. */
  private static @Nullable Gfid gfid(ByteBuffer buffer, int record) {
    int handle = record + HEADER_BYTES + FSID_BYTES;
    int bytes = buffer.getInt(handle);
    int type = buffer.getInt(handle + 4);
    if (bytes == 0) {
      return null;
    }
    byte[] value = new byte[bytes];
    buffer.get(handle + 8, value);
    return FileHandle.of(type, value).toGfid();
  }

  private static @Nullable Side side(ByteBuffer buffer, int record, int size) {
    Gfid directory = gfid(buffer, record);
    if (directory == null) {
      return null;
    }
    int start =
        record + HEADER_BYTES + FSID_BYTES + 8 + buffer.getInt(record + HEADER_BYTES + FSID_BYTES);
    int end = start;
    while (end < record + size && buffer.get(end) != 0) {
      end++;
    }
    byte[] name = new byte[end - start];
    buffer.get(start, name);
    boolean itself = name.length == 0 || (name.length == 1 && name[0] == '.');
    return new Side(directory, itself ? null : FileName.of(name));
  }
}
