package org.georep.replicator.session;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.georep.connection.SecondaryAddress;
import org.georep.name.Shown;

/** How both ends of a session are called in its status. */
public final class NodeNames {
  private NodeNames() {}

  /** Returns how this host is called. */
  public static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /** Returns the other end as GlusterFS administrators know it: its host and directory. */
  public static String remote(SecondaryAddress address) {
    return remote(address, host());
  }

  /**
   * As above.
   *
   * @param here how this host is called
   */
  public static String remote(SecondaryAddress address, String here) {
    String where = address instanceof SecondaryAddress.Ssh ssh ? ssh.host() : here;
    return where + "::" + Shown.of(address.directory());
  }
}
