package org.georep.replicator.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Reads a file over and over and says when it was neither a whole old version nor a whole new one.
 * A version is of one length and of one byte.
 */
final class TornWatch implements AutoCloseable {
  private static final int LENGTH = 8 << 20;

  private final Path file;
  private final List<String> torn = Collections.synchronizedList(new ArrayList<>());
  private final Thread thread = new Thread(this::watch, "torn-watch");
  private volatile boolean ended;

  TornWatch(Path file) {
    this.file = file;
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns the contents of a version. */
  static byte[] version(int number) {
    byte[] contents = new byte[LENGTH];
    Arrays.fill(contents, (byte) number);
    return contents;
  }

  private void watch() {
    while (!ended) {
      try {
        byte[] found = Files.readAllBytes(file);
        byte first = found.length == 0 ? 0 : found[0];
        if (found.length != LENGTH || Arrays.mismatch(found, version(first)) >= 0) {
          torn.add(file + " is torn: " + found.length + " bytes");
        }
      } catch (NoSuchFileException e) {
        Thread.onSpinWait(); // not there yet
      } catch (IOException e) {
        torn.add(e.toString());
      }
    }
  }

  /** Returns what it saw that should not be. */
  List<String> torn() {
    return List.copyOf(torn);
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
