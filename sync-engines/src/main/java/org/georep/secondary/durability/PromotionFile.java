package org.georep.secondary.durability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.posix.AtomicFile;
import org.georep.posix.FileFormat;
import org.georep.posix.Libc;

/**
 * {@code .georep/promotion}: what a secondary lacked when it was promoted, so that asked again it
 * says the same. Whole and durable when written.
 */
public final class PromotionFile {
  private static final FileFormat FORMATS =
      FileFormat.first("remove it: what was lacking at the promotion is not known any more then");

  private final AtomicFile file;

  /**
   * Makes it.
   *
   * @param descriptor {@code .georep}, open for as long as this is used
   */
  public PromotionFile(Libc libc, int descriptor) {
    Objects.requireNonNull(libc, "libc is null");
    this.file = new AtomicFile(libc, Path.of("/proc/self/fd/" + descriptor).resolve("promotion"));
  }

  /**
   * What is lacking.
   *
   * @param incomplete how many directories may not have all their names
   * @param doubted how many files were changed on the primary, and the change did not arrive
   * @param placeless how many entries lost their name and got no other
   * @param paths of what is incomplete or doubted; a bounded number
   */
  public record Lacking(long incomplete, long doubted, long placeless, List<EntryPath> paths) {
    /** Copies its part. */
    public Lacking {
      paths = List.copyOf(paths);
    }
  }

  /** Writes what is lacking as of an epoch. */
  public void write(long epoch, Lacking lacking) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(epoch).append(' ').append(lacking.incomplete()).append(' ');
    text.append(lacking.doubted()).append(' ').append(lacking.placeless()).append('\n');
    for (EntryPath path : lacking.paths()) {
      text.append(Base64.getEncoder().encodeToString(path.toBytes())).append('\n');
    }
    file.write(text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  /** Reads what was lacking as of an epoch; nothing if it is not known. */
  public Optional<Lacking> read(long epoch) throws IOException {
    Optional<byte[]> bytes = file.read();
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    FORMATS.checkPlain("its .georep/promotion", bytes.get());
    String[] lines = new String(bytes.get(), StandardCharsets.US_ASCII).split("\n", -1);
    String[] numbers = lines[0].split(" ", -1);
    try {
      if (numbers.length != 4 || Long.parseLong(numbers[0]) != epoch) {
        return Optional.empty();
      }
      List<EntryPath> paths = new ArrayList<>();
      for (int i = 1; i < lines.length; i++) {
        if (!lines[i].isEmpty()) {
          paths.add(EntryPath.parse(Base64.getDecoder().decode(lines[i])));
        }
      }
      return Optional.of(
          new Lacking(
              Long.parseLong(numbers[1]),
              Long.parseLong(numbers[2]),
              Long.parseLong(numbers[3]),
              paths));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
