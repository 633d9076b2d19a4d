package org.georep.connection;

import java.util.regex.Pattern;
import org.georep.connection.ConnectionException.Reason;

/**
 * What ssh's last words mean and what to do about it. ssh has one exit code, 255, for all of it.
 */
final class SshFailure {
  /** ssh's own failures, as opposed to the far command's. */
  static final int EXIT = 255;

  private SshFailure() {}

  static ConnectionException of(SecondaryAddress.Ssh address, String errors) {
    String host = address.host();
    String login = address.destination();
    String port = address.port().isPresent() ? "-p " + address.port().getAsInt() + " " : "";
    String tail = ErrorTail.of(errors);
    if (errors.contains("REMOTE HOST IDENTIFICATION HAS CHANGED")) {
      return new ConnectionException(
          Reason.HOST_KEY,
          "the host key of "
              + host
              + " is not the one known here. If the host was installed anew, remove the old key with"
              + (" ssh-keygen -R " + known(address))
              + (" and confirm the new one with: ssh " + port + login + " true")
              + ". If not, something else may be answering in its place");
    }
    if (matches(errors, "Host key verification failed|No \\S+ host key is known for")) {
      return new ConnectionException(
          Reason.HOST_KEY,
          "the host key of "
              + host
              + (" is not known here. Confirm it once by hand with: ssh " + port + login + " true")
              + (" (or, on a network you trust, ssh-keyscan " + port + host)
              + " >> ~/.ssh/known_hosts)");
    }
    if (errors.contains("UNPROTECTED PRIVATE KEY FILE")) {
      return new ConnectionException(
          Reason.AUTHENTICATION, "the key file can be read by others; chmod 600 it" + tail);
    }
    if (matches(
        errors, "Permission denied|Too many authentication failures|No supported authent")) {
      return new ConnectionException(
          Reason.AUTHENTICATION,
          login
              + " does not accept the key. Install the public key there with: ssh-copy-id "
              + port
              + login
              + ", or name another one with --ssh-key"
              + tail);
    }
    if (matches(errors, "Session open refused|open failed: (administratively|resource|connect)")) {
      return new ConnectionException(
          Reason.NO_MORE_CHANNELS,
          "sshd on " + host + " has no room for one more session; raise MaxSessions there" + tail);
    }
    if (matches(errors, "Could not resolve hostname")) {
      return new ConnectionException(
          Reason.UNREACHABLE,
          "no host is known by the name " + host + "; check its spelling" + tail);
    }
    if (matches(errors, "Connection refused")) {
      return new ConnectionException(
          Reason.UNREACHABLE,
          host + " is up, but no sshd answers at that port; start it or give the port" + tail);
    }
    if (matches(errors, "command-line|Bad configuration|unsupported option|Unsupported option")) {
      return new ConnectionException(
          Reason.UNREACHABLE, "ssh does not accept its options; check --ssh-option" + tail);
    }
    return new ConnectionException(
        Reason.UNREACHABLE,
        (login + " cannot be reached; try: ssh " + port + login + " true") + tail);
  }

  private static String known(SecondaryAddress.Ssh address) {
    return address.port().isPresent()
        ? "'[" + address.host() + "]:" + address.port().getAsInt() + "'"
        : address.host();
  }

  private static boolean matches(String errors, String pattern) {
    return Pattern.compile(pattern).matcher(errors).find();
  }
}
