package org.georep.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.georep.testing.Program;

/**
 * Syncthing, one way: one that only sends and one that only receives, on loopback, with its
 * shortest delay, one second. It speaks TLS of its own, not ssh, so it goes through no relay. All
 * that would look beyond this host is off.
 */
final class Syncthing implements Peer {
  private static final Pattern DEVICE = Pattern.compile("<device id=\"([A-Z0-9-]+)\"");

  private final Path scratch;

  Syncthing(Path scratch) {
    this.scratch = scratch;
  }

  /** Returns whether it is installed. */
  static boolean isInstalled() {
    return Program.find("syncthing").isPresent();
  }

  @Override
  public String name() {
    return "syncthing";
  }

  @Override
  public boolean usesSsh() {
    return false;
  }

  /** One: a round of it is minutes, and its figures are far from all others. */
  @Override
  public int rounds(int all) {
    return Math.min(1, all);
  }

  @Override
  public List<String> once(Path primary, Path secondary) {
    return List.of();
  }

  @Override
  public List<String> continuous(Path primary, Path secondary) {
    Path homes = scratch.resolve("syncthing-" + primary.getFileName());
    if (!Files.exists(homes)) {
      try {
        prepare(homes, primary, secondary);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return List.of(
        "sh",
        "-c",
        "export STNOUPGRADE=1; syncthing serve --no-browser --no-restart --home=\"$0/to\" & "
            + "exec syncthing serve --no-browser --no-restart --home=\"$0/from\"",
        homes.toString());
  }

  private static void prepare(Path homes, Path primary, Path secondary) throws IOException {
    Path from = homes.resolve("from");
    Path to = homes.resolve("to");
    String sender = device(from);
    String receiver = device(to);
    int senderPort = freePort();
    int receiverPort = freePort();
    String devices = device(sender, senderPort) + device(receiver, receiverPort);
    configure(from, primary, "sendonly", senderPort, sender, receiver, devices);
    configure(to, secondary, "receiveonly", receiverPort, sender, receiver, devices);
  }

  /** Makes keys, and returns the identity that follows from them. */
  private static String device(Path home) throws IOException {
    Files.createDirectories(home);
    Program.check("syncthing", "generate", "--home=" + home, "--no-default-folder");
    Matcher matcher = DEVICE.matcher(Files.readString(home.resolve("config.xml")));
    if (!matcher.find()) {
      throw new IOException("syncthing made no device in " + home);
    }
    return matcher.group(1);
  }

  private static String device(String id, int port) {
    return "<device id=\"" + id + "\"><address>tcp://127.0.0.1:" + port + "</address></device>";
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void configure(
      Path home, Path root, String type, int port, String one, String other, String devices)
      throws IOException {
    // It takes a folder without this for one that is not mounted.
    Files.createDirectories(root.resolve(".stfolder"));
    Files.writeString(
        home.resolve("config.xml"),
        """
        <configuration version="36">
          <folder id="bench" path="%s" type="%s" rescanIntervalS="3600" fsWatcherEnabled="true"
              fsWatcherDelayS="1">
            <device id="%s"/><device id="%s"/>
          </folder>
          %s
          <gui enabled="false"/>
          <options>
            <listenAddress>tcp://127.0.0.1:%d</listenAddress>
            <globalAnnounceEnabled>false</globalAnnounceEnabled>
            <localAnnounceEnabled>false</localAnnounceEnabled>
            <relaysEnabled>false</relaysEnabled>
            <natEnabled>false</natEnabled>
            <startBrowser>false</startBrowser>
            <urAccepted>-1</urAccepted>
            <crashReportingEnabled>false</crashReportingEnabled>
            <autoUpgradeIntervalH>0</autoUpgradeIntervalH>
            <reconnectionIntervalS>1</reconnectionIntervalS>
            <setLowPriority>false</setLowPriority>
          </options>
        </configuration>
        """
            .formatted(root, type, one, other, devices, port));
  }
}
