package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.georep.posix.OpenDirectory.ITSELF;
import static org.georep.posix.RawPath.ascii;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.georep.testing.Program;
import org.georep.testing.Sandbox;
import org.georep.testing.Waits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NativeLibcWatchTest {
  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();
  private OpenDirectory dir;

  @BeforeEach
  void open() throws PosixException {
    dir = new OpenDirectory(libc, sandbox.path());
  }

  @AfterEach
  void close() throws PosixException {
    dir.close();
  }

  private static ByteBuffer one() {
    return ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).putLong(1).flip();
  }

  @Test
  void pollFindsWhatIsReady() throws PosixException {
    int quiet = libc.eventfd();
    int loud = libc.eventfd();
    short[] wanted = {Linux.POLLIN, Linux.POLLIN};
    assertThat(libc.poll(new int[] {quiet, loud}, wanted, 0)).containsExactly(0, 0);
    libc.write(loud, one());
    assertThat(libc.poll(new int[] {quiet, loud}, wanted, -1)).containsExactly(0, 1);
    ByteBuffer count = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
    assertThat(libc.read(loud, count)).isEqualTo(8);
    PosixException e =
        catchThrowableOfType(PosixException.class, () -> libc.read(loud, count.clear()));
    assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
    libc.close(loud);
    libc.close(quiet);
    // POLLNVAL: not open any more.
    assertThat(libc.poll(new int[] {quiet}, new short[] {Linux.POLLIN}, 0)).containsExactly(0x20);
  }

  @Test
  void aSignalDoesNotEndAPoll() throws Exception {
    AtomicInteger signals = new AtomicInteger();
    handleSignal("WINCH", signals::incrementAndGet);
    int event = libc.eventfd();
    CompletableFuture<String> thread = new CompletableFuture<>();
    CompletableFuture<short[]> result =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                byte[] self = libc.readlinkat(Linux.AT_FDCWD, ascii("/proc/thread-self"));
                thread.complete(new String(self, StandardCharsets.US_ASCII));
                return libc.poll(new int[] {event}, new short[] {Linux.POLLIN}, -1);
              } catch (PosixException e) {
                throw new IllegalStateException(e);
              }
            });
    String task = thread.get().substring(thread.get().lastIndexOf('/') + 1);
    java.nio.file.Path call = java.nio.file.Path.of("/proc/self/task/" + task + "/syscall");
    Waits.until(
        "the thread is in poll",
        () -> java.nio.file.Files.readString(call).matches("(?s)(7|73|271) .*"));
    for (int i = 1; i <= 3; i++) {
      int expected = i;
      Program.check("kill", "-WINCH", task);
      Waits.until("the signal came", () -> signals.get() >= expected);
    }
    assertThat(result).isNotDone();
    libc.write(event, one());
    assertThat(result.get()).containsExactly(1);
    libc.close(event);
  }

  /** By reflection, since the compiler would warn of the only class that can do it. */
  private static void handleSignal(String name, Runnable action) throws Exception {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object run =
        Proxy.newProxyInstance(
            NativeLibcWatchTest.class.getClassLoader(),
            new Class<?>[] {handler},
            (proxy, method, arguments) -> {
              if (method.getName().equals("handle")) {
                action.run();
              }
              return null;
            });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(name), run);
  }

  @Test
  void inotifyTellsOfACreation() throws PosixException {
    int inotify = libc.inotifyInit(Linux.IN_CLOEXEC | Linux.IN_NONBLOCK);
    int mask = Linux.IN_CREATE | Linux.IN_ONLYDIR | Linux.IN_EXCL_UNLINK;
    int watch = libc.inotifyAddWatch(inotify, sandbox.bytes(), mask);
    dir.file("new", "");
    assertThat(libc.poll(new int[] {inotify}, new short[] {Linux.POLLIN}, -1)).containsExactly(1);
    ByteBuffer events = ByteBuffer.allocateDirect(4096).order(ByteOrder.nativeOrder());
    libc.read(inotify, events);
    events.flip();
    assertThat(events.getInt()).isEqualTo(watch);
    assertThat(events.getInt()).isEqualTo(Linux.IN_CREATE);
    events.position(16).limit(19);
    assertThat(OpenDirectory.text(events)).isEqualTo("new");

    libc.inotifyRemoveWatch(inotify, watch);
    events.clear();
    libc.read(inotify, events);
    assertThat(events.getInt(4)).isEqualTo(Linux.IN_IGNORED);
    PosixException e =
        catchThrowableOfType(PosixException.class, () -> libc.inotifyRemoveWatch(inotify, watch));
    assertThat(e.errno()).isEqualTo(Errno.EINVAL);
    libc.close(inotify);
  }

  @Test
  void fanotifyTellsOfACreationWithTheDirectorysHandle() throws Exception {
    assumeTrue(libc.geteuid() == 0, "marking a file system needs root");
    int flags =
        Linux.FAN_CLOEXEC
            | Linux.FAN_NONBLOCK
            | Linux.FAN_UNLIMITED_QUEUE
            | Linux.FAN_REPORT_DIR_FID
            | Linux.FAN_REPORT_NAME;
    int fanotify = libc.fanotifyInit(flags, 0);
    int mark = Linux.FAN_MARK_ADD | Linux.FAN_MARK_FILESYSTEM;
    // An empty path: the file system of the descriptor.
    libc.fanotifyMark(fanotify, mark, Linux.FAN_CREATE, dir.descriptor(), ITSELF);
    byte[] handle = libc.nameToHandleAt(dir.descriptor(), ITSELF, Linux.AT_EMPTY_PATH).toBytes();
    dir.file("quite-a-name", "");
    ByteBuffer events = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.nativeOrder());
    Waits.until(
        "the event is there",
        () -> {
          libc.poll(new int[] {fanotify}, new short[] {Linux.POLLIN}, 1000);
          int read = libc.read(fanotify, events.clear());
          byte[] all = new byte[read];
          events.flip().get(all);
          String text = new String(all, StandardCharsets.ISO_8859_1);
          return text.contains("quite-a-name")
              && text.contains(new String(handle, StandardCharsets.ISO_8859_1));
        });
    libc.fanotifyMark(
        fanotify,
        Linux.FAN_MARK_REMOVE | Linux.FAN_MARK_FILESYSTEM,
        Linux.FAN_CREATE,
        Linux.AT_FDCWD,
        sandbox.bytes());
    libc.close(fanotify);
  }

  @Test
  void handlesOpenAgainAfterARename() throws PosixException {
    assumeTrue(libc.geteuid() == 0, "opening by handle needs root");
    dir.file("a", "content");
    libc.mkdirat(dir.descriptor(), ascii("d"), 0755);
    FileHandle handle = libc.nameToHandleAt(dir.descriptor(), ascii("a"), 0);
    int path = dir.openPath("a");
    assertThat(libc.nameToHandleAt(path, ITSELF, Linux.AT_EMPTY_PATH)).isEqualTo(handle);
    libc.close(path);
    assertThat(FileHandle.of(handle.toGfid())).contains(handle);

    libc.renameat2(dir.descriptor(), ascii("a"), dir.descriptor(), ascii("d/b"), 0);
    int again = libc.openByHandleAt(dir.descriptor(), handle, Linux.O_PATH);
    assertThat(libc.statx(again, ITSELF, Linux.AT_EMPTY_PATH)).isEqualTo(dir.stat("d/b"));
    assertThat(OpenDirectory.text(libc.readlinkat(Linux.AT_FDCWD, ProcPath.of(again))))
        .isEqualTo(sandbox.path() + "/d/b");
    libc.close(again);

    libc.unlinkat(dir.descriptor(), ascii("d/b"), 0);
    PosixException e =
        catchThrowableOfType(
            PosixException.class,
            () -> libc.openByHandleAt(dir.descriptor(), handle, Linux.O_PATH));
    assertThat(e.errno()).isEqualTo(Errno.ESTALE);
  }

  @Test
  void whereThereAreNoHandles() {
    PosixException e =
        catchThrowableOfType(
            PosixException.class,
            () -> libc.nameToHandleAt(Linux.AT_FDCWD, ascii("/proc/self/status"), 0));
    assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP);
  }
}
