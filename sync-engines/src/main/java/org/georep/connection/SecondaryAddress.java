package org.georep.connection;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.name.Shown;

/**
 * Where a secondary is. Written as a directory, {@code [USER@]HOST:DIR}, or {@code
 * ssh://[USER@]HOST[:PORT]/DIR}; an IPv6 address stands in brackets. What has a slash before its
 * first colon is a directory here, so {@code ./a:b} is one.
 */
public sealed interface SecondaryAddress {
  /** Returns the directory as bytes: absolute, or, over ssh, relative to the user's home. */
  byte[] directory();

  /** Returns it as people write it. */
  String describe();

  /** A directory on this host. */
  record Local(byte[] directory) implements SecondaryAddress {
    /** Checks its part. */
    public Local {
      requireDirectory(directory);
    }

    @Override
    public String describe() {
      return Shown.of(directory);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Local local && Arrays.equals(directory, local.directory);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(directory);
    }

    @Override
    public String toString() {
      return describe();
    }
  }

  /**
   * A directory on a host reached by ssh.
   *
   * @param user the login name; empty for what ssh's configuration says
   * @param host a name, an alias of ssh's configuration, or an address without brackets
   * @param port 1 to 65535; empty for what ssh's configuration says
   */
  record Ssh(Optional<String> user, String host, OptionalInt port, byte[] directory)
      implements SecondaryAddress {
    // Neither may look like an option to ssh, or hold what a shell in ssh's configuration expands.
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_.][A-Za-z0-9_.@+-]*");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.:][A-Za-z0-9_.:%-]*");

    /** Checks its parts. */
    public Ssh {
      Objects.requireNonNull(user, "user is null");
      Objects.requireNonNull(port, "port is null");
      requireDirectory(directory);
      if (user.isPresent() && !USER.matcher(user.get()).matches()) {
        throw new IllegalArgumentException("not a user's name: " + shown(user.get()));
      }
      if (!HOST.matcher(host).matches()) {
        throw new IllegalArgumentException("not a host's name: " + shown(host));
      }
      if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > 65535)) {
        throw new IllegalArgumentException("a port is from 1 to 65535, not " + port.getAsInt());
      }
    }

    /** Returns what ssh takes for its destination: {@code user@host} or {@code host}. */
    public String destination() {
      return user.map(name -> name + "@").orElse("") + host;
    }

    @Override
    public String describe() {
      String bracketed = host.contains(":") ? "[" + host + "]" : host;
      String login = user.map(name -> name + "@").orElse("") + bracketed;
      return port.isPresent() && directory[0] == '/'
          ? "ssh://" + login + ":" + port.getAsInt() + Shown.of(directory)
          : login + ":" + Shown.of(directory);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Ssh ssh
          && user.equals(ssh.user)
          && host.equals(ssh.host)
          && port.equals(ssh.port)
          && Arrays.equals(directory, ssh.directory);
    }

    @Override
    public int hashCode() {
      return Objects.hash(user, host, port, Arrays.hashCode(directory));
    }

    @Override
    public String toString() {
      return describe();
    }
  }

  /** Parses text, its directory encoded as UTF-8; see {@link #parse(byte[])}. */
  static SecondaryAddress parse(String text) {
    return parse(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Parses what a user wrote.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong
   */
  static SecondaryAddress parse(byte[] bytes) {
    // One character for one byte: the directory keeps its bytes, whatever they are.
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (text.startsWith("ssh://")) {
      return parseUrl(text);
    }
    Matcher scheme = Pattern.compile("([a-z][a-z0-9+.-]*)://.*", Pattern.DOTALL).matcher(text);
    if (scheme.matches()) {
      throw new IllegalArgumentException(
          "a secondary is reached by ssh, not by "
              + scheme.group(1)
              + "; write HOST:DIR or ssh://HOST/DIR");
    }
    Matcher remote =
        Pattern.compile("(?:([^/:]+)@)?(\\[[^\\]/]*\\]|[^/:@\\[]+):(.*)", Pattern.DOTALL)
            .matcher(text);
    if (!remote.matches()) {
      return new Local(bytes.clone());
    }
    String directory = remote.group(3);
    if (directory.startsWith(":")) {
      throw new IllegalArgumentException(
          "HOST::MODULE is an rsync daemon's; a secondary is reached by ssh: write HOST:DIR");
    }
    return new Ssh(
        Optional.ofNullable(remote.group(1)),
        unbracketed(remote.group(2)),
        OptionalInt.empty(),
        directory.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static SecondaryAddress parseUrl(String text) {
    Matcher url =
        Pattern.compile(
                "ssh://(?:([^/:]+)@)?(\\[[^\\]/]*\\]|[^/:@\\[]+)(?::([0-9]{1,5}))?(/.*)",
                Pattern.DOTALL)
            .matcher(text);
    if (!url.matches()) {
      throw new IllegalArgumentException(
          "not of the form ssh://[USER@]HOST[:PORT]/DIR: " + shown(text));
    }
    return new Ssh(
        Optional.ofNullable(url.group(1)),
        unbracketed(url.group(2)),
        url.group(3) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(url.group(3))),
        url.group(4).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static String shown(String text) {
    return Shown.of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void requireDirectory(byte[] directory) {
    if (directory.length == 0) {
      throw new IllegalArgumentException(
          "the secondary's directory is missing; write HOST:DIR, a DIR here, or HOST:. for the home"
              + " directory itself");
    }
    for (byte b : directory) {
      if (b == 0) {
        throw new IllegalArgumentException("a directory has no NUL in its name");
      }
    }
  }
}
