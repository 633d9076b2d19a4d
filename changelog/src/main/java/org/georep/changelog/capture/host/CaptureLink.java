package org.georep.changelog.capture.host;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.georep.changelog.journal.JournalDirectory;
import org.jspecify.annotations.Nullable;

/** A feed's connection to the process that captures; see {@link WakeServer} for what is said. */
final class CaptureLink implements AutoCloseable {
  private final Lines lines;
  private final Runnable signal;
  private final CountDownLatch greeted = new CountDownLatch(1);
  private volatile @Nullable String source;
  private volatile double coverage;
  private volatile boolean alive = true;
  private volatile boolean waiting;

  private CaptureLink(Lines lines, Runnable signal) {
    this.lines = lines;
    this.signal = signal;
  }

  /**
   * Connects to the process that captures for this journal.
   *
   * @param signal called when something is new or the process is gone, by a thread of its own
   * @throws IOException if none answers
   */
  static CaptureLink connect(JournalDirectory directory, Runnable signal, Duration patience)
      throws IOException, InterruptedException {
    UnixDomainSocketAddress address = new SocketPlace(directory.path()).find();
    CaptureLink link = new CaptureLink(new Lines(open(address)), signal);
    Thread thread = new Thread(link::listen, "georep-capture-link");
    thread.setDaemon(true);
    thread.start();
    boolean answered = false;
    try {
      answered = link.greeted.await(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (!answered || link.source == null) {
        answered = false;
        throw new IOException("the capture process at " + address + " does not answer");
      }
      return link;
    } finally {
      if (!answered) {
        link.close();
      }
    }
  }

  /** Does not wait: so many may wait for a process that is stopped that it would be for good. */
  private static SocketChannel open(UnixDomainSocketAddress address) throws IOException {
    SocketChannel made = SocketChannel.open(StandardProtocolFamily.UNIX);
    boolean connected = false;
    try {
      made.configureBlocking(false);
      connected = made.connect(address);
      if (!connected) {
        throw new IOException("the capture process at " + address + " lets nobody in");
      }
      made.configureBlocking(true);
      return made;
    } finally {
      if (!connected) {
        made.close();
      }
    }
  }

  private void listen() {
    try {
      @Nullable String line = lines.read();
      if (line != null) {
        greet(line);
        line = lines.read();
      }
      while (line != null) {
        if (!line.startsWith("wake ")) {
          throw new IOException("not understood: '" + line + "'");
        }
        coverage = Double.parseDouble(line.substring("wake ".length()));
        waiting = false;
        signal.run();
        line = lines.read();
      }
    } catch (IOException | NumberFormatException e) {
      // However the connection ended, it is over.
    } finally {
      alive = false;
      greeted.countDown();
      signal.run();
    }
  }

  private void greet(String line) throws IOException {
    int space = line.lastIndexOf(' ');
    String prefix = WakeServer.GREETING + " ";
    if (!line.startsWith(prefix) || space <= prefix.length()) {
      throw new IOException("not understood: '" + line + "'");
    }
    coverage = Double.parseDouble(line.substring(space + 1));
    source = line.substring(prefix.length(), space);
    greeted.countDown();
  }

  /** Wants the signal once there is a record after the given one. */
  void await(long seen) {
    if (!waiting) {
      waiting = true;
      write("await " + seen);
    }
  }

  void requestMark() {
    write("mark");
  }

  private void write(String line) {
    try {
      lines.write(line);
    } catch (IOException e) {
      alive = false;
      signal.run();
    }
  }

  boolean alive() {
    return alive;
  }

  double coverage() {
    return coverage;
  }

  String source() {
    String name = source;
    return name == null ? "" : name;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
