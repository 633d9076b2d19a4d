package org.georep.torture.inside;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A file of the arena that says what is to go wrong in its processes, looked at again every few
 * milliseconds. No file: nothing. It is replaced by a rename, so it is read whole. For any number
 * of threads.
 */
final class Orders {
  /** The environment variable with the arena's directory, which all processes inherit. */
  static final String VARIABLE = "GEOREP_TORTURE";

  private static final long LOOK_NANOS = 4_000_000;

  private final File file;
  private volatile List<String> lines = List.of();
  private volatile long looked = System.nanoTime() - LOOK_NANOS;

  Orders(String directory, String name) {
    this.file = new File(directory, name);
  }

  /** Returns its lines. */
  List<String> lines() {
    if (System.nanoTime() - looked >= LOOK_NANOS) {
      look();
    }
    return lines;
  }

  private synchronized void look() {
    if (System.nanoTime() - looked < LOOK_NANOS) {
      return;
    }
    // Not by a channel: those are closed when their thread is interrupted.
    try (FileInputStream in = new FileInputStream(file)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      in.transferTo(out);
      lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    } catch (FileNotFoundException e) {
      lines = List.of();
    } catch (IOException e) {
      System.err.println("what is to go wrong cannot be read: " + e);
    }
    looked = System.nanoTime();
  }
}
