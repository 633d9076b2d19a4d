package org.georep.connection;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Control directories of replicators that were killed. One is removed if it is this user's, was not
 * changed for long, holds nothing but sockets, and nobody listens at any of them.
 */
final class LeftDirectories {
  private static final Logger LOG = LoggerFactory.getLogger(LeftDirectories.class);
  private static final Path LISTENING = Path.of("/proc/net/unix");

  private LeftDirectories() {}

  /**
   * Removes those in a directory that were last changed before a moment. What goes wrong is not
   * worth more than a line in the log.
   */
  static void prune(Path parent, Instant before) {
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(parent, ControlDirectory.PREFIX + "[0-9]*")) {
      String listening = null;
      for (Path each : found) {
        if (isLeft(each, before)) {
          if (listening == null) {
            listening = Files.readString(LISTENING, StandardCharsets.ISO_8859_1);
          }
          if (!listening.contains(each + "/")) {
            LOG.debug("{} was left by a replicator that was killed", each);
            ControlDirectory.remove(each);
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} is not looked through for what was left there", parent, e);
    }
  }

  private static boolean isLeft(Path directory, Instant before) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!directory.getFileName().toString().matches(ControlDirectory.PREFIX + "[0-9]+")
        || !attributes.isDirectory()
        || !attributes.lastModifiedTime().toInstant().isBefore(before)
        || !Files.getOwner(directory).getName().equals(System.getProperty("user.name"))) {
      return false;
    }
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(directory)) {
      for (Path each : inside) {
        BasicFileAttributes what =
            Files.readAttributes(each, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!what.isOther()) {
          return false;
        }
      }
    }
    return true;
  }
}
