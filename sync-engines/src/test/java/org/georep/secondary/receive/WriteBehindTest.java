package org.georep.secondary.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class WriteBehindTest {
  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  private final Libc real = NativeLibc.instance();
  private final FaultyLibc faulty = new FaultyLibc(real);
  private final AtomicInteger synced = new AtomicInteger();
  private final List<PosixException> unwritten = new CopyOnWriteArrayList<>();
  private int directory;

  @BeforeEach
  void open() throws Exception {
    byte[] path = sandbox.path().toString().getBytes(StandardCharsets.UTF_8);
    directory = real.openat(Linux.AT_FDCWD, path, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
  }

  @AfterEach
  void close() throws Exception {
    real.close(directory);
  }

  @Test
  void writingBeginsWithEnoughAndOneAtATime() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch let = new CountDownLatch(1);
    faulty.before(
        FaultyLibc.method("syncfs"),
        call -> {
          synced.incrementAndGet();
          begun.countDown();
          try {
            let.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    WriteBehind behind = new WriteBehind(faulty.libc(), directory, unwritten::add);
    behind.arrived(WriteBehind.STEP - 1);
    assertThat(synced).hasValue(0);
    behind.arrived(1);
    begun.await();
    behind.arrived(2 * WriteBehind.STEP);
    behind.arrived(2 * WriteBehind.STEP);
    let.countDown();
    behind.close();
    assertThat(synced).hasValue(1);
    behind.arrived(1);
    behind.close();
    assertThat(synced).as("what came meanwhile").hasValue(2);
    assertThat(unwritten).isEmpty();
  }

  @Test
  void aFailureIsTold() throws Exception {
    faulty.fail(FaultyLibc.method("syncfs"), Errno.EIO);
    WriteBehind behind = new WriteBehind(faulty.libc(), directory, unwritten::add);
    behind.arrived(WriteBehind.STEP);
    behind.close();
    behind.arrived(WriteBehind.STEP);
    behind.close();
    assertThat(unwritten).hasSize(2);
    // Nothing was closed that is not its own.
    real.syncfs(directory);
    assertThat(directory).isNotNegative();
  }
}
