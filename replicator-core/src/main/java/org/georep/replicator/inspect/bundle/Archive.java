package org.georep.replicator.inspect.bundle;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.georep.replicator.session.ExitCode;
import org.georep.replicator.session.GeorepException;

/** A tar.gz of texts, each masked, for its owner only. What is cut short by an error is removed. */
final class Archive implements Closeable {
  private static final String TOP = "georep-report/";
  private static final int OWNER_ONLY = 0100600;

  private final Path file;
  private final Clock clock;
  private final Secrets secrets;
  private final Consumer<String> told;
  private final TarArchiveOutputStream out;
  private boolean whole;

  private Archive(
      Path file, Clock clock, Secrets secrets, Consumer<String> told, TarArchiveOutputStream out) {
    this.file = file;
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.secrets = Objects.requireNonNull(secrets, "secrets is null");
    this.told = Objects.requireNonNull(told, "told is null");
    this.out = out;
  }

  /** Begins one; a file that is there is not replaced. */
  static Archive create(Path file, Clock clock, Secrets secrets, Consumer<String> told)
      throws GeorepException, IOException {
    try {
      TarArchiveOutputStream out =
          new TarArchiveOutputStream(
              new GZIPOutputStream(
                  java.nio.channels.Channels.newOutputStream(
                      Files.newByteChannel(
                          file,
                          Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                          PosixFilePermissions.asFileAttribute(
                              PosixFilePermissions.fromString("rw-------"))))),
              StandardCharsets.UTF_8.name());
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      out.setAddPaxHeadersForNonAsciiNames(true);
      return new Archive(file, clock, secrets, told, out);
    } catch (FileAlreadyExistsException e) {
      throw new GeorepException(
          ExitCode.ERROR, file + " is there already. Remove it, or name another file.", e);
    }
  }

  /** Adds a text, and says so. */
  void add(String name, String text) throws IOException {
    byte[] bytes = secrets.mask(text).getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(TOP + name);
    entry.setSize(bytes.length);
    entry.setMode(OWNER_ONLY);
    entry.setLastModifiedTime(FileTime.from(clock.instant()));
    out.putArchiveEntry(entry);
    out.write(bytes);
    out.closeArchiveEntry();
    told.accept(name + " (" + bytes.length + " bytes)");
  }

  /** Ends it. */
  void finish() throws IOException {
    out.finish();
    out.close();
    whole = true;
  }

  @Override
  public void close() throws IOException {
    if (!whole) {
      try {
        out.close();
      } finally {
        Files.deleteIfExists(file);
      }
    }
  }
}
