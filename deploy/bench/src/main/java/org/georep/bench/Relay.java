package org.georep.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A link between ssh and sshd: what goes in at one end comes out at the other so much later, and
 * not faster than a rate. Both ways each have the whole rate; connections share it. A connection is
 * made after one round trip, as TCP's is; its slow start and losses are not there. With no delay
 * and no rate it only counts.
 */
final class Relay implements AutoCloseable {
  /** What a link is like. */
  record Link(Duration oneWay, long bytesPerSecond) {
    /** Neither slow nor far. */
    static final Link PLAIN = new Link(Duration.ZERO, 0);

    /** 80 ms round trip, 100 Mbit/s. */
    static final Link WIDE = new Link(Duration.ofMillis(40), 12_500_000);

    /** Returns whether it holds up what goes over it. */
    boolean isSlow() {
      return !oneWay.isZero() || bytesPerSecond > 0;
    }
  }

  private static final int CHUNK = 16 << 10;

  /** What a link's own buffers hold beside what is on its way, in bytes. */
  private static final long BUFFERS = 256 << 10;

  private final Link link;
  private final int target;
  private final ServerSocket server;
  private final Way up = new Way();
  private final Way down = new Way();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  private Relay(Link link, int target) throws IOException {
    this.link = link;
    this.target = target;
    this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
  }

  /**
   * Starts one.
   *
   * @param target a port of this host
   */
  static Relay start(Link link, int target) throws IOException {
    Relay relay = new Relay(link, target);
    daemon(relay::accept);
    return relay;
  }

  int port() {
    return server.getLocalPort();
  }

  /** Returns how many bytes went either way so far. */
  long bytes() {
    return up.bytes.get() + down.bytes.get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        sockets.add(near);
        daemon(() -> connect(near));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void connect(Socket near) {
    LockSupport.parkNanos(2 * link.oneWay().toNanos());
    try {
      Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
      sockets.add(far);
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      new Pipe(near, far, up).start();
      new Pipe(far, near, down).start();
    } catch (IOException e) {
      close(near);
    }
  }

  private void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      return; // it is gone
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    sockets.forEach(this::close);
  }

  /** One direction, which all connections share: when it is free again. */
  private final class Way {
    private final AtomicLong bytes = new AtomicLong();
    private long free = System.nanoTime();

    /** Waits for its turn and as long as sending takes; returns when the first bit arrives. */
    long send(int length) {
      bytes.addAndGet(length);
      long now = System.nanoTime();
      if (link.bytesPerSecond() == 0) {
        return now + link.oneWay().toNanos();
      }
      long sent;
      synchronized (this) {
        free = Math.max(free, now) + length * 1_000_000_000L / link.bytesPerSecond();
        sent = free;
      }
      for (long left = sent - now; left > 0; left = sent - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      return sent + link.oneWay().toNanos();
    }
  }

  private record Chunk(byte[] bytes, long due) {}

  /** One direction of one connection. */
  private final class Pipe {
    private static final byte[] END = {};
    private final Socket from;
    private final Socket to;
    private final Way way;
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private long held;
    private boolean broken;

    Pipe(Socket from, Socket to, Way way) {
      this.from = from;
      this.to = to;
      this.way = way;
    }

    void start() {
      daemon(this::read);
      daemon(this::write);
    }

    private void read() {
      byte[] buffer = new byte[CHUNK];
      try {
        InputStream in = from.getInputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (!put(new Chunk(Arrays.copyOf(buffer, read), way.send(read)))) {
            return;
          }
        }
      } catch (IOException e) {
        Relay.this.close(from);
      }
      put(new Chunk(END, System.nanoTime() + link.oneWay().toNanos()));
    }

    private synchronized boolean put(Chunk chunk) {
      long room = BUFFERS + 2 * link.oneWay().toMillis() * link.bytesPerSecond() / 1000;
      try {
        while (held > room && !broken) {
          wait();
        }
      } catch (InterruptedException e) {
        return false;
      }
      held += chunk.bytes().length;
      chunks.add(chunk);
      notifyAll();
      return !broken;
    }

    private synchronized Chunk take() throws InterruptedException {
      while (chunks.isEmpty()) {
        wait();
      }
      Chunk chunk = chunks.remove();
      held -= chunk.bytes().length;
      notifyAll();
      return chunk;
    }

    private synchronized void breakOff() {
      broken = true;
      notifyAll();
    }

    private void write() {
      try {
        OutputStream out = to.getOutputStream();
        for (Chunk chunk = take(); chunk.bytes().length > 0; chunk = take()) {
          long left = chunk.due() - System.nanoTime();
          while (left > 0) {
            TimeUnit.NANOSECONDS.sleep(left);
            left = chunk.due() - System.nanoTime();
          }
          out.write(chunk.bytes());
        }
        to.shutdownOutput();
      } catch (IOException e) {
        breakOff();
        Relay.this.close(to);
        Relay.this.close(from);
      } catch (InterruptedException e) {
        breakOff();
      }
    }
  }
}
