package org.georep.bench.profile;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/** What one process recorded. */
final class Recording {
  private static final int HEADER = 68;
  private static final int SIZE_AT = 8;

  private static final Pattern HIDDEN = Pattern.compile("\\$\\d+\\+0x.*");

  /** A thread was seen there: innermost first, each {@code package.Class.method}. */
  record Sample(List<String> frames, double weight, String what) {}

  private final List<Sample> running = new ArrayList<>();
  private final List<Sample> calling = new ArrayList<>();
  private final List<Sample> allocations = new ArrayList<>();
  private int collections;
  private Duration collecting = Duration.ZERO;
  private int recorders;

  private Recording() {}

  /**
   * Makes one file of the parts a recorder wrote, the last of which may be unfinished: what its
   * header does not speak of is left out.
   *
   * @return whether there is anything in it
   */
  static boolean assemble(Path parts, Path file) throws IOException {
    try (Stream<Path> found = Files.list(parts);
        OutputStream out = Files.newOutputStream(file)) {
      for (Path part : found.sorted().toList()) {
        byte[] bytes = Files.readAllBytes(part);
        long size = bytes.length < HEADER ? 0 : ByteBuffer.wrap(bytes).getLong(SIZE_AT);
        if (size > HEADER && size <= bytes.length) {
          out.write(Arrays.copyOf(bytes, (int) size));
        }
      }
    }
    return Files.size(file) > 0;
  }

  /** Reads what was recorded from a moment on. */
  static Recording read(Path file, Instant from) throws IOException {
    Recording recording = new Recording();
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (!event.getStartTime().isBefore(from)) {
          recording.take(event);
        }
      }
    }
    return recording;
  }

  private void take(RecordedEvent event) {
    switch (event.getEventType().getName()) {
      case "jdk.ExecutionSample" -> take(event, running, 1, "");
      case "jdk.NativeMethodSample" -> take(event, calling, 1, "");
      case "jdk.ObjectAllocationSample" ->
          take(
              event,
              allocations,
              (double) event.getLong("weight"),
              plain(event.getClass("objectClass").getName()));
      case "jdk.GarbageCollection" -> {
        collections++;
        collecting = collecting.plus(event.getDuration("sumOfPauses"));
      }
      default -> {
        // Of the recorder itself.
      }
    }
  }

  private void take(RecordedEvent event, List<Sample> samples, double weight, String what) {
    RecordedStackTrace trace = event.getStackTrace();
    if (trace == null) {
      return;
    }
    List<String> frames = trace.getFrames().stream().map(Recording::name).toList();
    if (frames.stream().anyMatch(frame -> frame.startsWith("jdk.jfr."))) {
      recorders++;
    } else {
      samples.add(new Sample(frames, weight, what));
    }
  }

  private static String name(RecordedFrame frame) {
    RecordedMethod method = frame.getMethod();
    return plain(method.getType().getName()) + "." + method.getName();
  }

  /** Lambdas have an address in their name, another one each time. */
  private static String plain(String type) {
    return HIDDEN.matcher(type).replaceAll("");
  }

  /** Returns where threads were seen to compute. */
  List<Sample> running() {
    return running;
  }

  /** Returns where threads were seen in calls out of Java, those that wait among them. */
  List<Sample> calling() {
    return calling;
  }

  /** Returns where memory was taken; the weight is in bytes, estimated. */
  List<Sample> allocations() {
    return allocations;
  }

  /** Returns how many garbage collections there were. */
  int collections() {
    return collections;
  }

  /** Returns how long they stopped the process. */
  Duration collecting() {
    return collecting;
  }

  /** Returns how many samples were of the recorder itself and are left out. */
  int recorders() {
    return recorders;
  }
}
