package org.georep.posix;

import com.google.errorprone.annotations.Immutable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.Shown;

/**
 * What was mounted where when {@code /proc/self/mountinfo} was read (proc(5)). Mount points are
 * bytes: the kernel writes space, tab, newline and backslash in octal, and all else as it is.
 */
@Immutable
public final class Mounts {
  private static final byte[] SOURCE = RawPath.ascii("/proc/self/mountinfo");
  private static final int STEP = 64 * 1024;
  private static final int POINT = 4;

  @SuppressWarnings("Immutable") // List.copyOf
  private final List<Mount> mounts;

  private Mounts(List<Mount> mounts) {
    this.mounts = List.copyOf(mounts);
  }

  /**
   * Reads what is mounted now. Another mount may come or go meanwhile: the kernel's list is of one
   * moment only as far as one read goes.
   *
   * @throws IOException if {@code /proc} is not mounted, or a line is not as proc(5) says
   */
  public static Mounts read(Libc libc) throws IOException {
    int descriptor = libc.openat(Linux.AT_FDCWD, SOURCE, Linux.O_RDONLY, 0);
    try {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      ByteBuffer step = ByteBuffer.allocateDirect(STEP);
      while (libc.read(descriptor, step) > 0) {
        step.flip();
        byte[] read = new byte[step.remaining()];
        step.get(read);
        all.writeBytes(read);
        step.clear();
      }
      return parse(all.toByteArray());
    } finally {
      libc.close(descriptor);
    }
  }

  static Mounts parse(byte[] mountinfo) throws IOException {
    List<Mount> mounts = new ArrayList<>();
    for (byte[] line : split(mountinfo, '\n')) {
      if (line.length > 0 && !isDeleted(line)) {
        mounts.add(parseLine(line));
      }
    }
    return new Mounts(mounts);
  }

  /** The directory it lay on was removed: the kernel shows where that was, and says so. */
  private static boolean isDeleted(byte[] line) {
    List<byte[]> fields = split(line, ' ');
    return fields.size() > POINT && text(fields.get(POINT)).endsWith("//deleted");
  }

  /** {@code ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG...] - TYPE SOURCE OPTIONS}. */
  private static Mount parseLine(byte[] line) throws IOException {
    List<byte[]> fields = split(line, ' ');
    try {
      String[] device = text(fields.get(2)).split(":", -1);
      byte[] point = unescape(fields.get(POINT));
      if (point.length == 0 || point[0] != '/') {
        throw new IllegalArgumentException("the mount point is not absolute");
      }
      int type = 6;
      while (!text(fields.get(type)).equals("-")) {
        type++;
      }
      return new Mount(
          Long.parseLong(text(fields.get(0))),
          Long.parseLong(text(fields.get(1))),
          Layout.device(Integer.parseInt(device[0]), Integer.parseInt(device[1])),
          EntryPath.parse(Arrays.copyOfRange(point, 1, point.length)),
          text(unescape(fields.get(type + 1))));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException(
          "/proc/self/mountinfo has a line of unknown form: " + Shown.of(line), e);
    }
  }

  private static String text(byte[] field) {
    return new String(field, StandardCharsets.ISO_8859_1);
  }

  private static List<byte[]> split(byte[] all, char separator) {
    List<byte[]> parts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= all.length; i++) {
      if (i == all.length || all[i] == separator) {
        parts.add(Arrays.copyOfRange(all, start, i));
        start = i + 1;
      }
    }
    return parts;
  }

  /** A backslash is always followed by three octal digits: it is written so itself. */
  private static byte[] unescape(byte[] field) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(field.length);
    for (int i = 0; i < field.length; i++) {
      if (field[i] == '\\') {
        out.write(Integer.parseInt(text(Arrays.copyOfRange(field, i + 1, i + 4)), 8));
        i += 3;
      } else {
        out.write(field[i]);
      }
    }
    return out.toByteArray();
  }

  /** Returns all of them, in the order they were made. */
  public List<Mount> all() {
    return mounts;
  }

  /**
   * Returns those whose mount point lies below {@code directory}, which is itself below {@code /}.
   */
  public List<Mount> below(EntryPath directory) {
    return mounts.stream()
        .filter(m -> !m.point().equals(directory) && m.point().startsWith(directory))
        .toList();
  }

  /** Returns the mount with the id {@link Stat#mountId} said. */
  public Optional<Mount> byId(long id) {
    return mounts.stream().filter(m -> m.id() == id).findFirst();
  }
}
