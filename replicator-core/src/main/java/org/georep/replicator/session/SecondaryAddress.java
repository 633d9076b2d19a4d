package org.georep.replicator.session;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.name.Shown;
import org.georep.posix.RawPath;

/** Where a secondary is. Immutable. */
public sealed interface SecondaryAddress {
  /** Returns the directory as it is sent to the agent: absolute, or relative to the user's home. */
  byte[] directory();

  /** Returns the exact form that {@link #parse} takes. */
  byte[] toBytes();

  /** Returns what people call it, escaped. */
  default String shown() {
    return Shown.of(toBytes());
  }

  /** A directory of this host; it need not be there yet. */
  record Local(Path path) implements SecondaryAddress {
    /** Checks its part. */
    public Local {
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException("the path is not absolute");
      }
    }

    @Override
    public byte[] directory() {
      return RawPath.toBytes(path);
    }

    @Override
    public byte[] toBytes() {
      return directory();
    }
  }

  /**
   * A directory of a host reached by ssh.
   *
   * @param user who logs in, if said
   * @param host name or address, without brackets
   * @param port where sshd listens, if said
   * @param directory absolute, or relative to the user's home
   */
  record Ssh(Optional<String> user, String host, OptionalInt port, byte[] directory)
      implements SecondaryAddress {
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_.][A-Za-z0-9_.@+-]*\\$?");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_:][A-Za-z0-9_.:%-]*");

    /** Checks its parts: what could be taken for an option or a command by ssh is refused. */
    public Ssh {
      Objects.requireNonNull(port, "port is null");
      user.ifPresent(
          name -> {
            if (!USER.matcher(name).matches()) {
              throw new IllegalArgumentException("'" + name + "' is no user name");
            }
          });
      if (!HOST.matcher(host).matches()) {
        throw new IllegalArgumentException("'" + host + "' is no host name or address");
      }
      if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > 65_535)) {
        throw new IllegalArgumentException("a port is from 1 to 65535, not " + port.getAsInt());
      }
      if (directory.length == 0) {
        throw new IllegalArgumentException("the directory is missing after the host");
      }
      directory = directory.clone();
    }

    @Override
    public byte[] directory() {
      return directory.clone();
    }

    /** Returns {@code [USER@]HOST}, as ssh takes it. */
    public String destination() {
      return user.map(name -> name + "@").orElse("") + host;
    }

    @Override
    public byte[] toBytes() {
      String where =
          user.map(name -> name + "@").orElse("") + (host.contains(":") ? "[" + host + "]" : host);
      byte[] lead;
      if (port.isPresent()) {
        String home = directory[0] == '/' ? "" : "/~/";
        lead = ByteText.bytes("ssh://" + where + ":" + port.getAsInt() + home);
      } else {
        lead = ByteText.bytes(where + ":");
      }
      byte[] whole = Arrays.copyOf(lead, lead.length + directory.length);
      System.arraycopy(directory, 0, whole, lead.length, directory.length);
      return whole;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Ssh ssh && Arrays.equals(toBytes(), ssh.toBytes());
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(toBytes());
    }
  }

  /**
   * Parses {@code DIRECTORY}, {@code [USER@]HOST:DIR} or {@code ssh://[USER@]HOST[:PORT]/DIR}. As
   * with rsync, a colon before any slash means a host; a local directory with one is written {@code
   * ./A:B}. After a host, {@code ~/} means the user's home, and so does a DIR that is not absolute.
   *
   * @throws IllegalArgumentException if it is none of these; the message says why
   */
  static SecondaryAddress parse(byte[] bytes) {
    String text = ByteText.of(bytes);
    if (text.isEmpty()) {
      throw new IllegalArgumentException("the secondary is empty");
    }
    if (text.startsWith("ssh://")) {
      Matcher url = Forms.URL.matcher(text);
      if (!url.matches()) {
        throw new IllegalArgumentException(
            "'" + Shown.of(bytes) + "' is not of the form ssh://[USER@]HOST[:PORT]/DIR");
      }
      return ssh(url.group(1), url.group(2), url.group(3), url.group(4));
    }
    Matcher remote = Forms.REMOTE.matcher(text);
    if (remote.matches()) {
      if (remote.group(3).startsWith(":")) {
        throw new IllegalArgumentException(
            "HOST::NAME is not supported; write HOST:DIRECTORY, reached over ssh");
      }
      return ssh(remote.group(1), remote.group(2), null, remote.group(3));
    }
    return new Local(RawPath.toPath(GivenPath.absolute(bytes)));
  }

  private static Ssh ssh(
      @org.jspecify.annotations.Nullable String user,
      String host,
      @org.jspecify.annotations.Nullable String port,
      String directory) {
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    String path = directory;
    if (path.startsWith("/~/")) {
      path = path.substring(1);
    }
    if (path.startsWith("~/")) {
      path = path.substring(2);
    }
    if (path.isEmpty() || path.equals("~")) {
      throw new IllegalArgumentException(
          "the directory is missing after the host; the home directory itself is no secondary");
    }
    return new Ssh(
        Optional.ofNullable(user),
        bare,
        port == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(port)),
        ByteText.bytes(path));
  }

  /** The forms an address has. */
  final class Forms {
    private static final String HOST = "(\\[[0-9A-Fa-f:.%A-Za-z]+\\]|[^/:\\[\\]@]*)";
    private static final Pattern URL =
        Pattern.compile("ssh://(?:([^/@]*)@)?" + HOST + "(?::([0-9]{1,5}))?(/.*)", Pattern.DOTALL);
    private static final Pattern REMOTE =
        Pattern.compile("(?:([^/:]*)@)?" + HOST + ":(.*)", Pattern.DOTALL);

    private Forms() {}
  }
}
