package org.georep.status.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where to listen.
 *
 * @param address the address; loopback unless one was given
 * @param port the port, 0 for any that is free
 */
public record ListenAddress(InetAddress address, int port) {
  /** Checks its parts. */
  public ListenAddress {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port is from 0 to 65535, not " + port);
    }
  }

  /**
   * Parses {@code ADDRESS:PORT}, {@code [ADDRESS]:PORT}, {@code :PORT} or {@code PORT}.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  public static ListenAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "'" + text + "' has colons in its address: write it as [ADDRESS]:PORT");
    }
    String port = text.substring(colon + 1);
    if (!port.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException(
          "'" + text + "' is not ADDRESS:PORT, such as 127.0.0.1:9470");
    }
    try {
      InetAddress address =
          host.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(host);
      return new ListenAddress(address, Integer.parseInt(port));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + host + "' is no address of a host", e);
    }
  }

  /** Returns whether only this host reaches it. */
  public boolean isLoopback() {
    return address.isLoopbackAddress();
  }

  InetSocketAddress socket() {
    return new InetSocketAddress(address, port);
  }

  /** Returns the address as in a URL. */
  String host() {
    String literal = address.getHostAddress();
    return address instanceof Inet6Address ? "[" + literal.replaceAll("%.*", "") + "]" : literal;
  }

  @Override
  public String toString() {
    return host() + ":" + port;
  }
}
