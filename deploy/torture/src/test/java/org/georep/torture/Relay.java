package org.georep.torture;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network that can break: a port of the loopback address, from which connections lead on to
 * another. It can cut them, hold back what they carry, and refuse new ones.
 */
final class Relay implements AutoCloseable {
  private final int towards;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Object gate = new Object();
  private volatile ServerSocket listener;
  private boolean stalled;
  private long heldBack;
  private volatile boolean closed;

  /** Listens on a free port. */
  Relay(int towards) throws IOException {
    this.towards = towards;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.port = listener.getLocalPort();
    accepting(listener);
  }

  int port() {
    return port;
  }

  private void accepting(ServerSocket from) {
    daemon(
        () -> {
          while (!closed && !from.isClosed()) {
            try {
              connect(from.accept());
            } catch (IOException e) {
              // Refusing, or the far end refuses: the client sees the same.
            }
          }
        });
  }

  private void connect(Socket near) throws IOException {
    open.add(near);
    Socket far = new Socket();
    try {
      far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), towards), 5000);
    } catch (IOException e) {
      end(near);
      throw e;
    }
    open.add(far);
    near.setTcpNoDelay(true);
    far.setTcpNoDelay(true);
    daemon(() -> carry(near, far));
    daemon(() -> carry(far, near));
  }

  private void carry(Socket from, Socket to) {
    byte[] buffer = new byte[64 << 10];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        passGate();
        out.write(buffer, 0, got);
        out.flush();
      }
    } catch (IOException e) {
      // Either end closed it.
    } finally {
      end(from);
      end(to);
    }
  }

  private void passGate() {
    synchronized (gate) {
      heldBack += stalled ? 1 : 0;
      while (stalled) {
        try {
          gate.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private void end(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  /** Returns how many connections there are; each has two ends. */
  int connections() {
    return (open.size() + 1) / 2;
  }

  /** Ends all connections; how many. */
  int cut() {
    int count = connections();
    open.forEach(this::end);
    return count;
  }

  /** Holds back everything, or lets it pass again. */
  void stall(boolean on) {
    synchronized (gate) {
      stalled = on;
      gate.notifyAll();
    }
  }

  /** Returns how often something came that was held back. */
  long heldBack() {
    synchronized (gate) {
      return heldBack;
    }
  }

  /** Refuses new connections and ends those there are, or accepts again; how many ended. */
  int refuse(boolean on) throws IOException {
    if (on) {
      listener.close();
      return cut();
    }
    if (listener.isClosed()) {
      ServerSocket again = new ServerSocket();
      again.setReuseAddress(true);
      again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
      listener = again;
      accepting(again);
    }
    return 0;
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    stall(false);
    cut();
  }
}
