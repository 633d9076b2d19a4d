package org.georep.status.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that whoever reads over the network has to know. It is made once, of 256 random bits,
 * and kept in a file that only its owner may read; removing the file and starting again makes a new
 * one. Comparing takes the same time whatever is offered.
 */
public final class AccessToken {
  private static final int BYTES = 32;
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private final Path file;
  private final String text;

  private AccessToken(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  /**
   * Reads the token, or makes it if there is none yet.
   *
   * @throws IOException with what to do, if the file cannot be used
   */
  public static AccessToken keptIn(Path file) throws IOException {
    try {
      make(file);
    } catch (FileAlreadyExistsException e) {
      // then it is read
    }
    Set<PosixFilePermission> open = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
    if (!OWNER.containsAll(open)) {
      throw new IOException(
          "Others may read the token in " + file + ". Remove it, a new one is made at the start");
    }
    String text;
    try {
      text = Files.readString(file, StandardCharsets.US_ASCII).strip();
    } catch (NoSuchFileException e) {
      throw new IOException(file + " went away. Start again", e);
    }
    if (text.length() < BYTES) {
      throw new IOException(
          "The token in " + file + " is too short. Remove it, a new one is made at the start");
    }
    return new AccessToken(file, text);
  }

  private static void make(Path file) throws IOException {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n";
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER))) {
      ByteBuffer rest = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (rest.hasRemaining()) {
        out.write(rest);
      }
      out.force(true);
    }
  }

  /** Returns where it is kept. */
  public Path file() {
    return file;
  }

  /** Returns whether this is the token. */
  boolean is(String offered) {
    return same(offered, text);
  }

  /** Returns whether this is the cookie made for the place. */
  boolean isCookie(String offered, String place) {
    return same(offered, cookie(place));
  }

  /**
   * Returns what a browser keeps instead of the token: browsers send a host's cookies to all of its
   * ports, and who listens at another one shall not learn the token.
   */
  String cookie(String place) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(text.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(mac.doFinal(("cookie " + place).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  private static boolean same(String offered, String expected) {
    return MessageDigest.isEqual(
        offered.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
  }
}
