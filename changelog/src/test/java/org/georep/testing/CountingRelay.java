package org.georep.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Hands on what goes between clients and a port of this host, counts the bytes, and may stall. */
public final class CountingRelay implements AutoCloseable {
  private static final int STEP = 64 * 1024;
  private static final long PAUSE_NANOS = 20_000_000;

  private final ServerSocket listening;
  private final int target;
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean stalled;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

  /** Starts to listen on a free port. */
  public CountingRelay(int target) throws IOException {
    this.target = target;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /** Returns the port it listens on. */
  public int port() {
    return listening.getLocalPort();
  }

  /** Returns how many bytes went through, both ways together. */
  public long bytes() {
    return bytes.get();
  }

  /** From now on nothing passes, and connections stay; or all goes on. */
  public void stall(boolean is) {
    stalled = is;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "counting-relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        open.add(client);
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(server);
        start(() -> pass(client, server));
        start(() -> pass(server, client));
      }
    } catch (IOException e) {
      closeAll();
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] step = new byte[STEP];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(step); read >= 0; read = in.read(step)) {
        while (stalled) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        bytes.addAndGet(read);
        out.write(step, 0, read);
      }
    } catch (IOException e) {
      return; // one of them was closed, and so both are
    }
  }

  private void closeAll() {
    for (Socket socket = open.poll(); socket != null; socket = open.poll()) {
      close(socket);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    closeAll();
  }
}
