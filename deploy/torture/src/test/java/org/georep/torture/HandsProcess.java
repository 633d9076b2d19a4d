package org.georep.torture;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.georep.posix.Errno;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * The program a writer is: {@link Hands} in a process of their own. It reads a line an operation,
 * as the operation log has them, does it, and answers with a line; it ends when there is nothing
 * more to read. Its other end is {@link RemoteHands}.
 */
final class HandsProcess {
  /** Opens the directories. */
  static final String BEGIN = "begin";

  /** Lets go the directories and all that is held open. */
  static final String END = "end";

  static final String DONE = "done";

  /** The file system refused it. */
  static final String REFUSED = "refused";

  /** These a file system may not answer to an operation: they are a failure of the harness. */
  private static final int[] BROKEN = {Errno.EBADF, Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM};

  private final byte[] primary;
  private final byte[] outside;
  private @Nullable Hands hands;

  private HandsProcess(String primary, String outside) {
    this.primary = primary.getBytes(StandardCharsets.UTF_8);
    this.outside = outside.getBytes(StandardCharsets.UTF_8);
  }

  /** Takes the primary and the directory beside it. */
  public static void main(String[] args) throws IOException {
    HandsProcess process = new HandsProcess(args[0], args[1]);
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.US_ASCII);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.print(process.answer(line) + "\n");
      out.flush();
    }
  }

  private String answer(String line) {
    try {
      return obey(line);
    } catch (IOException | RuntimeException e) {
      return "failed: " + e.toString().replace('\n', ' ');
    }
  }

  private String obey(String line) throws IOException {
    switch (line) {
      case BEGIN -> hands = new Hands(NativeLibc.instance(), primary, outside);
      case END -> {
        mine().close();
        hands = null;
      }
      default -> {
        return done(Operation.parse(line));
      }
    }
    return DONE;
  }

  private String done(Operation operation) throws IOException {
    try {
      mine().apply(operation);
      return DONE;
    } catch (PosixException e) {
      if (e.is(BROKEN)) {
        throw e;
      }
      return REFUSED;
    }
  }

  private Hands mine() {
    if (hands == null) {
      throw new IllegalStateException("not begun");
    }
    return hands;
  }
}
