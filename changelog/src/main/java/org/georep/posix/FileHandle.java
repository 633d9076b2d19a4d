package org.georep.posix;

import com.google.errorprone.annotations.Immutable;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.georep.name.Gfid;

/**
 * A kernel file handle (name_to_handle_at(2)): inode number and generation in a form only the file
 * system reads. As a {@link Gfid} it is {@value #GFID_KIND}, the handle's type, its bytes.
 */
@Immutable
public final class FileHandle {
  /** The first byte of a gfid made of a handle. */
  public static final byte GFID_KIND = 1;

  private final int type;

  @SuppressWarnings("Immutable") // never handed out or changed
  private final byte[] bytes;

  private FileHandle(int type, byte[] bytes) {
    this.type = type;
    this.bytes = bytes;
  }

  /**
   * Makes a handle of a copy of the bytes.
   *
   * @throws IllegalArgumentException if it cannot be made a gfid: type over 255, or over 46 bytes
   */
  public static FileHandle of(int type, byte[] bytes) {
    if (type < 0 || type > 255 || bytes.length == 0 || bytes.length > Gfid.MAX_LENGTH - 2) {
      throw new IllegalArgumentException(
          "a handle of type " + type + " with " + bytes.length + " bytes cannot be an identity");
    }
    return new FileHandle(type, bytes.clone());
  }

  /** Returns the handle a gfid was made of, or nothing if it was made of something else. */
  public static Optional<FileHandle> of(Gfid gfid) {
    byte[] all = gfid.toBytes();
    return all.length > 2 && all[0] == GFID_KIND
        ? Optional.of(new FileHandle(all[1] & 0xff, Arrays.copyOfRange(all, 2, all.length)))
        : Optional.empty();
  }

  /** Returns this handle as an identity. */
  public Gfid toGfid() {
    byte[] all = new byte[bytes.length + 2];
    all[0] = GFID_KIND;
    all[1] = (byte) type;
    System.arraycopy(bytes, 0, all, 2, bytes.length);
    return Gfid.of(all);
  }

  /** Returns the handle's type, 0 to 255. */
  public int type() {
    return type;
  }

  /** Returns a copy of the bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FileHandle handle
        && type == handle.type
        && Arrays.equals(bytes, handle.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * type + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return type + ":" + HexFormat.of().formatHex(bytes);
  }
}
