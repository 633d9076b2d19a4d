package org.georep.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.georep.posix.Failpoint;
import org.jspecify.annotations.Nullable;

/**
 * What happens at failpoints wherever the test kit is on the class path: nothing, until a test of
 * this process says otherwise ({@link #during}), or until the class path begins with a directory of
 * {@link Deaths}, which is how a test reaches other processes.
 */
public final class Killing implements Failpoint.Handler {
  static final String RESOURCE = "georep-deaths";

  private static volatile @Nullable Consumer<Failpoint> hook;

  /** The one thing to wait for, in processes of {@link Deaths}. */
  private final @Nullable Path armed = armed();

  private static @Nullable Path armed() {
    try (InputStream in = Killing.class.getClassLoader().getResourceAsStream(RESOURCE)) {
      return in == null
          ? null
          : Path.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Something that may throw. */
  @FunctionalInterface
  public interface Body {
    /** Runs. */
    void run() throws Throwable;
  }

  /** Has each failpoint that this process reaches while the body runs told to someone. */
  public static void during(Consumer<Failpoint> told, Body body) throws Throwable {
    hook = told;
    try {
      body.run();
    } finally {
      hook = null;
    }
  }

  @Override
  public void reached(Failpoint failpoint) {
    Consumer<Failpoint> told = hook;
    if (told != null) {
      told.accept(failpoint);
    } else if (armed != null) {
      maybeDie(armed, failpoint.name());
    }
  }

  /** The file says {@code NAME} and how many times it may be passed; who dies takes it along. */
  private static synchronized void maybeDie(Path file, String name) {
    try {
      String[] words = Files.readString(file).strip().split(" ", 2);
      if (words.length < 2 || !words[0].equals(name)) {
        return;
      }
      int left = Integer.parseInt(words[1]);
      if (left > 0) {
        Files.writeString(file, name + " " + (left - 1));
        return;
      }
      Files.move(file, file.resolveSibling("died-of-" + name));
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().halt(137);
  }
}
