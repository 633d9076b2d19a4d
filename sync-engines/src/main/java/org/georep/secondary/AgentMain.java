package org.georep.secondary;

import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.Optional;
import org.georep.posix.NativeLibc;
import org.georep.protocol.Greeting;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.Protocols;
import org.georep.secondary.job.DataChannel;
import org.georep.secondary.session.SecondarySession;

/**
 * The agent's process. What it is to be is said by the first line it is sent, see {@link Greeting};
 * of its command line only {@code --root} or {@code --root-base64} counts, with which the owner of
 * the host ties a key to one directory. {@code SSH_ORIGINAL_COMMAND} is not looked at.
 *
 * <p>Standard output carries frames, or a data program's own bytes, and nothing else. Standard
 * input is read unbuffered up to the end of the first line, so that a data program started here
 * finds the rest of it untouched.
 *
 * <p>Exit codes: 0 done, 1 the session ended in an error, 2 what connected is not a replicator;
 * those of the data program for a data channel.
 */
public final class AgentMain {
  private AgentMain() {}

  /** Runs the agent: {@code [--root DIR | --root-base64 TEXT]}. */
  public static void main(String[] args) {
    // Neither of the two loads a class of its own before it is known which is wanted: a data
    // channel would pay for the native library and the inventory otherwise.
    main(
        args,
        () ->
            new SecondarySession(
                NativeLibc.instance(),
                Clock.systemUTC(),
                AgentVersion.VERSION,
                FarPrograms::versions),
        (greeting, in) -> new DataChannel(in, System.err).serve(greeting));
  }

  /** Runs an agent of the given parts; does not return. */
  static void main(String[] args, HandlerFactory tree, DataEnd data) {
    System.setOut(System.err);
    int code;
    try {
      code = run(args, tree, data);
    } catch (ProtocolException | IllegalArgumentException e) {
      System.err.println("georep agent: " + e.getMessage());
      code = 2;
    } catch (IOException | RuntimeException e) {
      System.err.println("georep agent: " + e);
      code = 1;
    } catch (InterruptedException e) {
      code = 1;
    }
    // A thread may still be blocked in a write to a peer that is gone; nothing is left to be done.
    Runtime.getRuntime().halt(code);
  }

  private static int run(String[] args, HandlerFactory tree, DataEnd data)
      throws IOException, InterruptedException {
    RootRule rule = RootRule.of(args);
    InputStream in = new FileInputStream(FileDescriptor.in);
    Greeting greeting;
    try {
      greeting = Greeting.parse(Greeting.readGreeting(in));
    } catch (EOFException e) {
      return 0; // somebody only looked whether the host can be reached
    }
    OutputStream out = new FileOutputStream(FileDescriptor.out);
    if (greeting instanceof Greeting.Data channel) {
      Optional<String> refused = rule.refuses(channel.root());
      if (refused.isPresent()) {
        throw new ProtocolException(refused.get());
      }
      return data.run(channel, in);
    }
    Protocols asked =
        greeting instanceof Greeting.Session session
            ? session.spoken()
            : ((Greeting.Probe) greeting).spoken();
    int protocol =
        Protocols.SPOKEN
            .agree(asked)
            .orElseThrow(
                () -> new ProtocolException(Greeting.otherProtocol(asked, Protocols.SPOKEN)));
    out.write(Greeting.answer(protocol, AgentVersion.VERSION));
    out.flush();
    if (greeting instanceof Greeting.Session session) {
      // From here on only frames are expected there; until now lines that are none were passed
      // over.
      OutputStream frames = FrameOutput.take(NativeLibc.instance());
      return AgentSession.run(tree, rule, protocol, in, frames, session.timeout());
    }
    return 0;
  }
}
