package org.georep.bench.inner;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;

/** What the benchmarks work on: names, identities and files as a burst of small files has them. */
final class Samples {
  private static final int PER_DIRECTORY = 100;

  private Samples() {}

  /** An identity as long as ext4's. */
  static Gfid gfid(int number) {
    return Gfid.of(ByteBuffer.allocate(16).putInt(8, number).putInt(12, 0x5eed).array());
  }

  static Place place(int file) {
    return new Place(gfid(-1 - file / PER_DIRECTORY), FileName.of("file-" + file));
  }

  static EntryState state(int file) {
    Instant time = Instant.ofEpochSecond(1_700_000_000L + file, 123_456_789);
    return new EntryState(
        gfid(file),
        Kind.FILE,
        0644,
        1000,
        1000,
        time,
        time,
        false,
        2048 + file % 1000,
        false,
        1,
        0,
        Optional.empty(),
        List.of());
  }

  /** What capture tells of files that are made and written, three records each. */
  static List<ChangeRecord> burst(int files) {
    List<ChangeRecord> records = new ArrayList<>();
    for (int i = 0; i < files; i++) {
      Place place = place(i);
      Gfid gfid = gfid(i);
      records.add(new ChangeRecord.Entry(place, Optional.of(gfid)));
      records.add(new ChangeRecord.Data(gfid, Optional.of(place)));
      records.add(new ChangeRecord.Metadata(gfid, Optional.of(place)));
    }
    return records;
  }

  /** Makes files of 2 KB, 100 in a directory. */
  static void tree(Path root, int files) throws IOException {
    Random random = new Random(1);
    byte[] content = new byte[2048];
    for (int i = 0; i < files; i++) {
      Path directory = root.resolve("d" + i / PER_DIRECTORY);
      if (i % PER_DIRECTORY == 0) {
        Files.createDirectory(directory);
      }
      random.nextBytes(content);
      Files.write(directory.resolve("file-" + i), content);
    }
  }

  /** Deletes a tree. */
  static void delete(Path root) throws IOException {
    try (Stream<Path> found = Files.walk(root)) {
      found.sorted(Comparator.reverseOrder()).forEach(Samples::deleteOne);
    }
  }

  private static void deleteOne(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
