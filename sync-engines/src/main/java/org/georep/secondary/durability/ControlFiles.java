package org.georep.secondary.durability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.AtomicFile;
import org.georep.posix.BootId;
import org.georep.posix.FileFormat;
import org.georep.posix.Libc;
import org.georep.posix.SpareFile;

/**
 * The small files of {@code .georep}: {@code id}, {@code stime} and {@code running}. Each is whole
 * and durable when its write returns. {@code running} holds the boot id while an agent has the
 * secondary open: found at a start, it says that one ended without saying so, and by another boot
 * id, or a word instead of one, that what it wrote need not be on the disk. Those two can also be
 * written when the disk is full to the last block.
 */
public final class ControlFiles {
  private static final FileFormat STIME_FORMATS =
      FileFormat.first("remove it: the next start compares both sides then");

  private static final byte[] UNWRITTEN = "unwritten\n".getBytes(StandardCharsets.US_ASCII);

  private final AtomicFile id;
  private final SpareFile stime;
  private final SpareFile running;

  /**
   * Makes it.
   *
   * @param descriptor {@code .georep}, open for as long as this is used
   */
  public ControlFiles(Libc libc, int descriptor) {
    Objects.requireNonNull(libc, "libc is null");
    Path directory = Path.of("/proc/self/fd/" + descriptor);
    this.id = new AtomicFile(libc, directory.resolve("id"));
    this.stime = new SpareFile(libc, descriptor, "stime");
    this.running = new SpareFile(libc, descriptor, "running");
  }

  /** Sees to it, while there is room, that they can be written when there is none. */
  public void prepare() {
    stime.prepare();
    running.prepare();
  }

  /** Reads whose secondary it is; nothing if it is nobody's. */
  public Optional<SecondaryId> readId() throws IOException {
    Optional<byte[]> bytes = id.read();
    return bytes.isEmpty() ? Optional.empty() : Optional.of(SecondaryId.parse(bytes.get()));
  }

  /** Writes whose secondary it is. */
  public void writeId(SecondaryId value) throws IOException {
    id.write(value.toBytes());
  }

  /** Reads up to when it is in step. */
  public Optional<Instant> readStime() throws IOException {
    Optional<byte[]> bytes = stime.read();
    if (bytes.isPresent()) {
      STIME_FORMATS.checkPlain("its .georep/stime", bytes.get());
    }
    try {
      return bytes.map(text -> Instant.parse(new String(text, StandardCharsets.US_ASCII).strip()));
    } catch (DateTimeException e) {
      return Optional.empty(); // not known to be in step: everything is compared
    }
  }

  /** Writes up to when it is in step. */
  public void writeStime(Instant value) throws IOException {
    stime.write((value + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** Forgets up to when it is in step. */
  public void deleteStime() throws IOException {
    stime.clear();
  }

  /** How the last agent here ended. */
  public enum End {
    /** As it should. */
    CLEAN,
    /** It died; the machine did not. */
    KILLED,
    /** The machine went down, or its disk did not take what was written. */
    POWER_LOST
  }

  /** Returns how the last agent here ended. */
  public End lastEnd() throws IOException {
    Optional<byte[]> found = running.read();
    if (found.isEmpty()) {
      return End.CLEAN;
    }
    String boot = new String(found.get(), StandardCharsets.US_ASCII).strip();
    return boot.equals(BootId.current().toString()) ? End.KILLED : End.POWER_LOST;
  }

  /** Notes that an agent has it open. */
  public void writeRunning() throws IOException {
    running.write((BootId.current() + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** Notes that not all that an agent wrote is on the disk. */
  public void writeUnwritten() throws IOException {
    running.write(UNWRITTEN);
  }

  /** Notes a clean end. */
  public void deleteRunning() throws IOException {
    running.clear();
  }
}
