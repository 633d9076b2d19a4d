package org.georep.replicator.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.georep.posix.AtomicFile;
import org.georep.posix.FileFormat;
import org.georep.posix.Libc;
import org.georep.posix.NewerFormatException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a session: a directory with a file for each, written whole and durable before
 * {@link #add} returns, and never changed. Its name sorts by when it was set. So any process may
 * add one at any time, and needs nobody's leave. A file that cannot be read is passed over, and
 * said once; one of a newer format is refused. Threads take turns.
 */
public final class CheckpointShelf {
  private static final Logger log = LoggerFactory.getLogger(CheckpointShelf.class);
  private static final int FORMAT = 1;
  private static final FileFormat FORMATS =
      FileFormat.first("remove it: that checkpoint is forgotten then");
  private static final Pattern NAME = Pattern.compile("([0-9]{19})-[0-9a-f]{8}");

  private final Libc libc;
  private final Path directory;
  private final ObjectMapper json = new ObjectMapper();

  /** Files never change: each is read once. */
  private final Map<String, Optional<Checkpoint>> known = new HashMap<>();

  /** Names the directory; it need not be there. */
  public CheckpointShelf(Libc libc, Path directory) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.directory = Objects.requireNonNull(directory, "directory is null");
  }

  /**
   * Sets one, durably.
   *
   * @param target the moment it is about
   * @param indexed whether there is a stime
   */
  public synchronized Checkpoint add(String label, Instant target, boolean indexed)
      throws IOException {
    if (!Files.exists(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path above = Objects.requireNonNull(directory.toAbsolutePath().getParent(), "no parent");
      try (FileChannel name = FileChannel.open(above, StandardOpenOption.READ)) {
        name.force(true);
      }
    }
    SortedSet<String> names = names();
    long number = Math.addExact(target.getEpochSecond() * 1_000_000_000L, target.getNano());
    if (!names.isEmpty()) {
      // Also where the clock went back.
      number = Math.max(number, Long.parseLong(names.last().substring(0, 19)) + 1);
    }
    String id = "%019d-%08x".formatted(number, ThreadLocalRandom.current().nextInt());
    Checkpoint checkpoint = new Checkpoint(id, label, target, indexed);
    var node =
        json.createObjectNode()
            .put("format", FORMAT)
            .put("label", label)
            .put("target", target.toString())
            .put("indexed", indexed);
    new AtomicFile(libc, directory.resolve(id))
        .write((node + "\n").getBytes(StandardCharsets.UTF_8));
    known.put(id, Optional.of(checkpoint));
    return checkpoint;
  }

  /** Returns all, in the order in which they were set. */
  public synchronized List<Checkpoint> all() throws IOException {
    SortedSet<String> names = names();
    known.keySet().retainAll(names);
    List<Checkpoint> all = new ArrayList<>();
    for (String name : names) {
      Optional<Checkpoint> checkpoint = known.get(name);
      if (checkpoint == null) {
        checkpoint = read(name);
        known.put(name, checkpoint);
      }
      checkpoint.ifPresent(all::add);
    }
    return all;
  }

  /** Removes one; silent if it is not there. */
  synchronized void remove(Checkpoint checkpoint) throws IOException {
    new AtomicFile(libc, directory.resolve(checkpoint.id())).delete();
  }

  private SortedSet<String> names() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = Objects.requireNonNull(file.getFileName()).toString();
        if (NAME.matcher(name).matches()) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException e) {
      return names;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  private Optional<Checkpoint> read(String name) throws NewerFormatException {
    try {
      Optional<byte[]> content = new AtomicFile(libc, directory.resolve(name)).read();
      if (content.isEmpty()) {
        return Optional.empty();
      }
      JsonNode node = json.readTree(content.get());
      if (!FORMATS.reads(directory.resolve(name), node.path("format").asLong())) {
        throw new IOException("it says no format");
      }
      return Optional.of(
          new Checkpoint(
              name,
              node.path("label").asText(),
              Instant.parse(node.path("target").asText()),
              node.path("indexed").asBoolean()));
    } catch (NewerFormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      log.warn("The checkpoint {} cannot be read and is passed over", directory.resolve(name), e);
      return Optional.empty();
    }
  }
}
