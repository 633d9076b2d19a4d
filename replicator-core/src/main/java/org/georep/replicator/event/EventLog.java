package org.georep.replicator.event;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.georep.status.file.StatusJson;
import org.georep.status.report.EventReport;

/**
 * {@code STATE/SESSION/events}: a line of JSON for each event, the oldest first.
 *
 * <p>A line is durable when {@link #append} returns. A crash leaves at most the beginning of one
 * line, which readers pass over and the next line does not join. When the file has {@value
 * #LARGEST} bytes it becomes {@code events.1}, in place of the last one, so that both together have
 * at least that and at most twice as much. For one writer; anyone may read.
 */
public final class EventLog {
  /** Bytes. */
  static final long LARGEST = 1L << 20;

  private static final Set<StandardOpenOption> APPENDING =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);

  private final Path file;
  private final Path older;

  /** Names the file; it need not be there. */
  public EventLog(Path file) {
    this.file = Objects.requireNonNull(file, "file is null");
    this.older = file.resolveSibling(file.getFileName() + ".1");
  }

  /** Adds a line, durably. */
  public void append(EventReport event) throws IOException {
    boolean fresh = !Files.exists(file);
    if (!fresh && Files.size(file) >= LARGEST) {
      Files.move(file, older, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      fresh = true;
    }
    try (FileChannel out =
        FileChannel.open(
            file,
            APPENDING,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      long end = out.size();
      String line = (isTorn(out, end) ? "\n" : "") + StatusJson.tree(event) + "\n";
      ByteBuffer rest = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      out.position(end);
      while (rest.hasRemaining()) {
        out.write(rest);
      }
      out.force(true);
    }
    if (fresh) {
      Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "no parent");
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  private static boolean isTorn(FileChannel file, long end) throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    return end > 0 && file.read(last, end - 1) == 1 && last.get(0) != '\n';
  }

  /** Returns what is kept, the oldest first. */
  public List<EventReport> read() throws IOException {
    List<EventReport> all = new ArrayList<>();
    // A rotation in between would be missed the other way round; now it is read twice.
    List<EventReport> newer = read(file);
    List<EventReport> before = read(older);
    all.addAll(before.equals(newer) ? List.of() : before);
    all.addAll(newer);
    return all;
  }

  private static List<EventReport> read(Path file) throws IOException {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
          .lines()
          .flatMap(line -> StatusJson.event(line).stream())
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }
}
