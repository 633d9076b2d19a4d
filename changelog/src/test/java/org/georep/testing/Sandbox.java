package org.georep.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.georep.posix.Errno;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fresh directory for each test, removed afterwards whatever is in it: {@code @RegisterExtension
 * final Sandbox sandbox = new Sandbox();}, or {@link #open} and {@link #close} by hand. Lies in the
 * directory system property {@code georep.test.directory} names, else in the temporary one.
 */
public final class Sandbox implements BeforeEachCallback, AfterEachCallback, AutoCloseable {
  private @Nullable Path path;

  /** Opens one outside of JUnit. */
  public static Sandbox open() {
    Sandbox sandbox = new Sandbox();
    sandbox.make();
    return sandbox;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    make();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close();
  }

  /** Opened by hand and registered as well, it stays the one directory it is. */
  private void make() {
    if (path != null) {
      return;
    }
    String parent =
        System.getProperty("georep.test.directory", System.getProperty("java.io.tmpdir"));
    try {
      path = Files.createTempDirectory(Path.of(parent), "georep-test").toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the directory. */
  public Path path() {
    if (path == null) {
      throw new IllegalStateException("the sandbox is not open");
    }
    return path;
  }

  /** Returns the directory's path as the kernel takes it. */
  public byte[] bytes() {
    return RawPath.toBytes(path());
  }

  /** Returns a directory of the name in it, made if it is not there. */
  public Path directory(String name) {
    try {
      return Files.createDirectories(path().resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the directory and all in it; waits for processes that are still ending there. */
  @Override
  public void close() {
    if (path != null) {
      try {
        Waits.until("all is removed", this::isRemoved);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      path = null;
    }
  }

  private boolean isRemoved() throws PosixException {
    try {
      TreeRemoval.remove(NativeLibc.instance(), bytes());
      return true;
    } catch (PosixException e) {
      if (e.is(Errno.ENOENT, Errno.ENOTEMPTY)) {
        return false;
      }
      throw e;
    }
  }
}
