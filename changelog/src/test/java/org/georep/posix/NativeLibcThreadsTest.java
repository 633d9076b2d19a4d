package org.georep.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.georep.posix.RawPath.ascii;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many threads call at once: neither errno nor memory of one may show in another. */
class NativeLibcThreadsTest {
  private static final int THREADS = 8;
  private static final int ROUNDS = 3000;

  @RegisterExtension final Sandbox sandbox = new Sandbox();
  private final Libc libc = NativeLibc.instance();

  @Test
  void eachThreadSeesItsOwn() throws Exception {
    try (OpenDirectory dir = new OpenDirectory(libc, sandbox.path())) {
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(threads.submit(thread(dir, i)));
      }
      for (Future<Void> each : running) {
        each.get();
      }
      threads.shutdown();
    }
  }

  private Callable<Void> thread(OpenDirectory dir, int number) throws PosixException {
    String file = "file-" + number;
    byte[] missing = ascii("missing-" + number);
    byte[] below = ascii(file + "/below");
    dir.file(file, "x".repeat(number));
    byte[] target = OpenDirectory.repeat((char) ('a' + number), 1000 + number);
    libc.symlinkat(target, dir.descriptor(), ascii("link-" + number));
    return () -> {
      for (int i = 0; i < ROUNDS; i++) {
        assertThat(dir.stat(file).size()).isEqualTo(number);
        assertThat(libc.readlinkat(dir.descriptor(), ascii("link-" + number))).isEqualTo(target);
        // Threads fail with different errors.
        byte[] failing = number % 2 == 0 ? missing : below;
        int expected = number % 2 == 0 ? Errno.ENOENT : Errno.ENOTDIR;
        try {
          libc.statx(dir.descriptor(), failing, 0);
          throw new AssertionError("must fail");
        } catch (PosixException e) {
          assertThat(e.errno()).isEqualTo(expected);
        }
      }
      return null;
    };
  }
}
