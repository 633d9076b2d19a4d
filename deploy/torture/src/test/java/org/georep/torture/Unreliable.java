package org.georep.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.georep.testing.LoopImage;
import org.georep.torture.inside.BrokenCalls;
import org.georep.torture.inside.ShiftedClock;

/**
 * Tells the processes of an arena which of their calls are to fail, and what the time is. Which
 * calls is made up from the seed of the run and how many such faults it had before. For any number
 * of threads.
 */
final class Unreliable {
  /** From hardly anything gets through to one call now and then. */
  private static final int[] ONE_IN = {25, 150, 1000};

  private final Arena arena;
  private final List<BrokenCalls.Order> orders = new ArrayList<>();
  private int before;
  private long shift;

  Unreliable(Arena arena) {
    this.arena = arena;
  }

  /** Lets calls fail with an errno, on one of the two sides, until {@link #mend}. */
  synchronized BrokenCalls.Order breakCalls(int errno) throws IOException {
    SplittableRandom random = new SplittableRandom(arena.setUp().seed() * 31 + before++);
    LoopImage side = random.nextInt(3) == 0 ? arena.primaryImage() : arena.secondaryImage();
    BrokenCalls.Order order =
        new BrokenCalls.Order(
            errno,
            ONE_IN[random.nextInt(ONE_IN.length)],
            random.nextBoolean(),
            random.nextLong(),
            side.mountPoint() + "/");
    orders.add(order);
    writeOrders();
    return order;
  }

  /** Ends what {@link #breakCalls} began. */
  synchronized void mend(BrokenCalls.Order order) throws IOException {
    orders.remove(order);
    writeOrders();
  }

  private void writeOrders() throws IOException {
    write(BrokenCalls.FILE, orders.stream().map(BrokenCalls.Order::toLine).toList());
  }

  /** Sets the processes' clock by so much, after what it was set by before. */
  synchronized void shiftClock(long millis) throws IOException {
    shift += millis;
    write(ShiftedClock.FILE, shift == 0 ? List.of() : List.of(Long.toString(shift)));
  }

  private void write(String name, List<String> lines) throws IOException {
    Path file = arena.directory().resolve(name);
    if (lines.isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    Path next = arena.directory().resolve(name + ".next");
    Files.write(next, lines);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Returns how many calls have failed so far. */
  long failed() throws IOException {
    return failed(line -> true);
  }

  /** Returns how many calls have failed with an errno so far. */
  long failed(int errno) throws IOException {
    return failed(
        line -> {
          String[] words = line.split(" ", 3); // fewer, while one is being written
          return words.length > 1 && words[1].equals(Integer.toString(errno));
        });
  }

  private long failed(Predicate<String> which) throws IOException {
    try (java.util.stream.Stream<String> lines = Files.lines(notes())) {
      return lines.filter(which).count();
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private Path notes() {
    return arena.directory().resolve(BrokenCalls.NOTES);
  }
}
