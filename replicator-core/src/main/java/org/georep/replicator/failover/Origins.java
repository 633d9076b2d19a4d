package org.georep.replicator.failover;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.georep.connection.SecondaryAddress;
import org.georep.name.Shown;
import org.georep.posix.RawPath;
import org.georep.protocol.Origin;
import org.georep.replicator.session.SessionConfiguration;

/** What a secondary is told of where its primary is. */
public final class Origins {
  private Origins() {}

  /** Returns it for a session; without a host where both ends are on this one. */
  public static Origin of(SessionConfiguration session) {
    return new Origin(
        session.name().text(),
        session.secondary() instanceof SecondaryAddress.Local ? "" : host(),
        RawPath.toBytes(session.primary()));
  }

  /** Returns how people call a session's primary from another host. */
  static String shown(SessionConfiguration session) {
    String path = Shown.of(RawPath.toBytes(session.primary()));
    return session.secondary() instanceof SecondaryAddress.Local ? path : host() + ":" + path;
  }

  /** Returns what this host is called. */
  public static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
