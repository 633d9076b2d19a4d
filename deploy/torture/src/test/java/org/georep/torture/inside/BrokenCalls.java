package org.georep.torture.inside;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides which calls to the kernel fail: calls on what lies beneath a mount point, either some at
 * random, or all on some names. Each is noted in the arena.
 *
 * <p>The file of {@link Orders} has a line for each fault under way, see {@link Order}.
 */
public final class BrokenCalls {
  /** The name of the file in the arena's directory. */
  public static final String FILE = "broken-calls";

  /** Where those that failed are noted, in the arena's directory. */
  public static final String NOTES = "broken-calls.log";

  private static final int EACCES = 13;
  private static final int AT_FDCWD = -100;
  private static final int SEEK_DATA = 3;

  /** A descriptor that was opened is not forbidden afterwards. */
  private static final Set<String> NEVER_FORBIDDEN =
      Set.of(
          "close",
          "fstatfs",
          "list",
          "read",
          "pread",
          "write",
          "lseek",
          "ftruncate",
          "fallocate",
          "copyFileRange",
          "fsync",
          "syncfs",
          "getFlags");

  private static final String DIRECTORY = System.getenv(Orders.VARIABLE);
  private static final Orders ORDERS = DIRECTORY == null ? null : new Orders(DIRECTORY, FILE);
  private static final AtomicLong CALLS = new AtomicLong();

  private BrokenCalls() {}

  /**
   * A fault.
   *
   * @param errno what calls fail with
   * @param oneIn how many calls, or names, there are to one that fails
   * @param stuck whether all calls of one kind on a name fail, or each call for itself
   * @param seed which
   * @param beneath what they must be on: a path, ended by a slash
   */
  public record Order(int errno, int oneIn, boolean stuck, long seed, String beneath) {
    /** Returns it as a line. */
    public String toLine() {
      return errno + " " + oneIn + " " + stuck + " " + seed + " " + beneath;
    }

    static Order parse(String line) {
      String[] words = line.split(" ", 5);
      return new Order(
          Integer.parseInt(words[0]),
          Integer.parseInt(words[1]),
          Boolean.parseBoolean(words[2]),
          Long.parseLong(words[3]),
          words[4]);
    }

    boolean hits(String call, String path, long number) {
      if (!path.startsWith(beneath) || (errno == EACCES && NEVER_FORBIDDEN.contains(call))) {
        return false;
      }
      long which = stuck ? (call + path).hashCode() : number;
      return new SplittableRandom(seed * 1_000_003 + which).nextInt(oneIn) == 0;
    }
  }

  /** Returns whether calls may fail now. */
  public static boolean mayFail() {
    return ORDERS != null && !ORDERS.lines().isEmpty();
  }

  /** Returns the errno a call fails with, 0 if it does not. */
  public static int errno(String call, Object[] arguments) {
    if (call.equals("lseek") && (int) arguments[2] < SEEK_DATA) {
      return 0;
    }
    long number = CALLS.incrementAndGet();
    for (String path : paths(arguments)) {
      for (String line : ORDERS.lines()) {
        Order order = Order.parse(line);
        if (order.hits(call, path, number)) {
          note(order.errno() + " " + call + " " + path);
          return order.errno();
        }
      }
    }
    return 0;
  }

  /** Returns what a call's failure is about, as the real one says it. */
  public static byte[] subject(Object[] arguments) {
    byte[] last = {};
    for (Object argument : arguments) {
      if (argument instanceof byte[] path) {
        last = path;
        break;
      }
    }
    return last;
  }

  /** Returns the paths of what a call is about: descriptors, and names in directories. */
  private static List<String> paths(Object[] arguments) {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      boolean named = i + 1 < arguments.length && arguments[i + 1] instanceof byte[];
      if (arguments[i] instanceof Integer descriptor && (i == 0 || named)) {
        String place = place(descriptor);
        paths.add(named ? within(place, (byte[]) arguments[++i]) : place);
      } else if (arguments[i] instanceof byte[] path && i == 0) {
        paths.add(within("", path));
      }
    }
    return paths;
  }

  private static String within(String directory, byte[] name) {
    String text = new String(name, StandardCharsets.ISO_8859_1);
    if (text.startsWith("/proc/self/fd/")) {
      return target(text);
    }
    return text.startsWith("/") ? text : text.isEmpty() ? directory : directory + "/" + text;
  }

  private static String place(int descriptor) {
    return descriptor == AT_FDCWD ? "" : target("/proc/self/fd/" + descriptor);
  }

  private static String target(String link) {
    try {
      return Files.readSymbolicLink(Path.of(link)).toString();
    } catch (IOException e) {
      return ""; // it is not open: let the kernel say so
    }
  }

  private static synchronized void note(String what) {
    try (FileOutputStream out = new FileOutputStream(new File(DIRECTORY, NOTES), true)) {
      String line = ProcessHandle.current().pid() + " " + what.replace('\n', '?') + "\n";
      out.write(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      System.err.println("a broken call cannot be noted: " + e);
    }
  }
}
