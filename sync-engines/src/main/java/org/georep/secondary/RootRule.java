package org.georep.secondary;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.Optional;
import org.georep.name.Shown;

/**
 * Which roots this agent may open: any, or the one its command line names. A root is compared by
 * its spelling, made absolute from the working directory (the user's home) and freed of {@code .}
 * and double slashes; symlinks are not followed, so a root has to be spelt as its owner wrote it. A
 * root that no shell or locale is to meet is named in base64.
 */
final class RootRule {
  private final Optional<byte[]> only;
  private final String home;

  private RootRule(Optional<byte[]> only, String home) {
    this.only = only;
    this.home = home;
  }

  /**
   * Takes the rule from the command line.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  static RootRule of(String... args) {
    return from(System.getProperty("user.dir", "/"), args);
  }

  static RootRule from(String home, String... args) {
    if (args.length == 0) {
      return new RootRule(Optional.empty(), home);
    }
    if (args.length == 2 && args[0].equals("--root") && !args[1].isEmpty()) {
      return new RootRule(Optional.of(args[1].getBytes(nativeCharset())), home);
    }
    if (args.length == 2 && args[0].equals("--root-base64") && !args[1].isEmpty()) {
      return new RootRule(Optional.of(Base64.getDecoder().decode(args[1])), home);
    }
    throw new IllegalArgumentException(
        "the agent is started by ssh and takes no options but --root DIR or --root-base64 TEXT, not "
            + Arrays.toString(args));
  }

  /** Returns why the root is refused, as a sentence, or nothing if it is not. */
  Optional<String> refuses(byte[] root) {
    if (only.isEmpty()) {
      return Optional.empty();
    }
    byte[] allowed = only.get();
    Optional<String> wanted = plain(root);
    if (wanted.isPresent() && wanted.equals(plain(allowed))) {
      return Optional.empty();
    }
    return Optional.of(
        "this key may reach only the secondary "
            + Shown.of(allowed)
            + ", not "
            + Shown.of(root)
            + "; use that directory, or change --root in authorized_keys on the secondary's host");
  }

  private static java.nio.charset.Charset nativeCharset() {
    String name = System.getProperty("sun.jnu.encoding");
    return name != null && java.nio.charset.Charset.isSupported(name)
        ? java.nio.charset.Charset.forName(name)
        : StandardCharsets.UTF_8;
  }

  /** One character for one byte, so that any bytes can be compared. Nothing if it has a "..". */
  private Optional<String> plain(byte[] root) {
    String text = new String(root, StandardCharsets.ISO_8859_1);
    String base = new String(home.getBytes(nativeCharset()), StandardCharsets.ISO_8859_1);
    Deque<String> names = new ArrayDeque<>();
    for (String name : (text.startsWith("/") ? text : base + "/" + text).split("/", -1)) {
      if (name.equals("..")) {
        return Optional.empty();
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.addLast(name);
      }
    }
    return Optional.of("/" + String.join("/", names));
  }
}
