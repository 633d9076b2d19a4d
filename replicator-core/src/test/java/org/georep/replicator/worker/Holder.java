package org.georep.replicator.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.georep.testing.JavaProgram;

/**
 * A process that keeps files open and mapped until it is killed. What it is told to do it does to a
 * file, named last; {@code open} it, {@code append} a word, {@code map} it, {@code store} a word
 * through the mapping, {@code force} that to the disk.
 */
final class Holder implements AutoCloseable {
  private final Process process;
  private final PrintStream words;
  private final BufferedReader answers;

  Holder() throws IOException {
    process =
        new ProcessBuilder(JavaProgram.command(Holder.class)).redirectErrorStream(true).start();
    words = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Has it done and waits for that. */
  void tell(String what, String word, Path file) throws IOException {
    words.println(what + " " + word + " " + file);
    String answer = answers.readLine();
    if (!"done".equals(answer)) {
      throw new IOException("the holding process said " + answer);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  /** The process. */
  public static void main(String[] none) throws IOException {
    Map<String, FileChannel> open = new HashMap<>();
    Map<String, MappedByteBuffer> mapped = new HashMap<>();
    BufferedReader words =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = words.readLine(); line != null; line = words.readLine()) {
      String[] parts = line.split(" ", 3);
      byte[] word = parts[1].getBytes(StandardCharsets.UTF_8);
      String file = parts[2];
      switch (parts[0]) {
        case "open" -> open.put(file, channel(file));
        case "append" -> {
          FileChannel channel = open.computeIfAbsent(file, Holder::channel);
          channel.write(ByteBuffer.wrap(word), channel.size());
        }
        case "map" -> {
          try (FileChannel channel = channel(file)) {
            mapped.put(file, channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size()));
          }
        }
        case "store" -> mapped.get(file).put(0, word);
        case "force" -> mapped.get(file).force();
        default -> throw new IllegalArgumentException(line);
      }
      System.out.println("done");
    }
  }

  private static FileChannel channel(String file) {
    try {
      return FileChannel.open(Path.of(file), StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
