package org.georep.replicator.session;

import java.util.Arrays;
import org.georep.connection.SecondaryAddress;

/** A secondary's address as exact bytes that {@link SecondaryAddress#parse(byte[])} takes. */
public final class AddressBytes {
  private AddressBytes() {}

  /** Returns the bytes. */
  public static byte[] of(SecondaryAddress address) {
    if (address instanceof SecondaryAddress.Ssh ssh) {
      String host = ssh.host().contains(":") ? "[" + ssh.host() + "]" : ssh.host();
      String login = ssh.user().map(name -> name + "@").orElse("") + host;
      // Only the form with a port is a URL, and only of an absolute directory can it be made.
      String lead =
          ssh.port().isPresent() ? "ssh://" + login + ":" + ssh.port().getAsInt() : login + ":";
      return join(ByteText.bytes(lead), ssh.directory());
    }
    return address.directory();
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] whole = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, whole, first.length, second.length);
    return whole;
  }
}
