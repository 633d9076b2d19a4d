package org.georep.connection;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;

/**
 * The agent as one file, to be copied to a host that does not have it. A host has it when a file of
 * the same hash is there, so that no version number can lie.
 *
 * @param file where it is here
 * @param size in bytes
 * @param sha256 64 lower-case hexadecimal digits
 */
public record AgentJar(Path file, long size, String sha256) {
  private static final String NAME = "georep-agent.jar";
  private static final String HASH = "georep-agent.sha256";
  private static final String DIGITS = "[0-9a-f]{64}";

  /** Checks its parts. */
  public AgentJar {
    Objects.requireNonNull(file, "file is null");
    if (!sha256.matches(DIGITS)) {
      throw new IllegalArgumentException("not a SHA-256: " + sha256);
    }
  }

  /** Takes the hash that the build wrote beside the file, or reads the file once to hash it. */
  public static AgentJar of(Path file) throws IOException {
    Optional<String> written = written(file.resolveSibling(HASH));
    return written.isPresent() ? new AgentJar(file, Files.size(file), written.get()) : hashed(file);
  }

  private static Optional<String> written(Path beside) throws IOException {
    try {
      return Optional.of(Files.readString(beside).strip()).filter(hash -> hash.matches(DIGITS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static AgentJar hashed(Path file) throws IOException {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
    long size = 0;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] chunk = new byte[1 << 16];
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        sha.update(chunk, 0, read);
        size += read;
      }
    }
    return new AgentJar(file, size, HexFormat.of().formatHex(sha.digest()));
  }

  /** Returns the file beside the jar this class runs from, if there is one. */
  public static Optional<Path> installed() {
    CodeSource source = AgentJar.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(source.getLocation().toURI()).resolveSibling(NAME))
          .filter(Files::isRegularFile);
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
