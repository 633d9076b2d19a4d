package org.georep.connection;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.georep.connection.ConnectionException.Reason;
import org.georep.name.Shown;
import org.georep.protocol.Greeting;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.Protocols;
import org.jspecify.annotations.Nullable;

/**
 * The first line that comes back from whatever was started at the far end: the agent's own, or the
 * bootstrap script's. What login scripts print before it is passed over, up to a limit.
 */
final class FirstAnswer {
  private static final int MOST_NOISE = 100;

  /** Sends what the far end is to be told first. */
  interface Opening {
    void send(OutputStream out) throws IOException;
  }

  private FirstAnswer() {}

  /**
   * The agent that answered.
   *
   * @param protocol the one that is spoken with it
   * @param version what it says it is
   */
  record Agent(int protocol, String version) {}

  /**
   * Greets an agent.
   *
   * @param greeting the first line
   * @param spoken which protocols it says
   * @throws ConnectionException if no agent answers in time, or none that speaks one of them
   */
  static Agent agent(Channel channel, byte[] greeting, Protocols spoken, Duration patience)
      throws ConnectionException, InterruptedException {
    String line = await(channel, out -> out.write(greeting), patience);
    String[] words = line.split(" ", 3);
    if (!words[0].equals(Greeting.ANSWER)) {
      throw new ConnectionException(
          Reason.MISSING_PROGRAM,
          "the agent is no longer where it was on the secondary's host ("
              + Shown.of(bytes(line))
              + ")");
    }
    OptionalInt protocol = words.length == 3 ? protocol(words[1], spoken) : OptionalInt.empty();
    if (protocol.isEmpty()) {
      throw new ConnectionException(
          Reason.PROTOCOL,
          "the agent there speaks protocol "
              + (words.length > 1 ? Shown.of(bytes(words[1])) : "?")
              + " and this georep "
              + spoken
              + "; install the same version of georep on both hosts");
    }
    return new Agent(protocol.getAsInt(), Shown.of(bytes(words[2])));
  }

  /** Returns the protocol an agent's answer says, if it was asked for. */
  static OptionalInt protocol(String word, Protocols spoken) {
    if (!word.matches("[0-9]{1,6}")) {
      return OptionalInt.empty();
    }
    int protocol = Integer.parseInt(word);
    return spoken.has(protocol) ? OptionalInt.of(protocol) : OptionalInt.empty();
  }

  /**
   * Sends the opening and returns the first line that is an agent's or the script's.
   *
   * @throws ConnectionException if none comes in time
   */
  static String await(Channel channel, Opening opening, Duration patience)
      throws ConnectionException, InterruptedException {
    FutureTask<Void> sent =
        new FutureTask<>(
            () -> {
              opening.send(channel.out());
              return null;
            });
    FutureTask<String> answer = new FutureTask<>(() -> read(channel.in()));
    for (FutureTask<?> task : List.of(sent, answer)) {
      Thread thread = new Thread(task, "agent-greeting");
      thread.setDaemon(true);
      thread.start();
    }
    try {
      // Not asked whether all was sent: a script that finds no agent ends without reading it.
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      channel.close();
      throw new ConnectionException(
          Reason.LOST,
          "nothing was heard from the secondary's host for "
              + patience.toSeconds()
              + " s after the agent was started"
              + ErrorTail.of(channel),
          e);
    } catch (ExecutionException e) {
      throw failure(channel, e.getCause());
    }
  }

  private static String read(InputStream in) throws IOException {
    for (int line = 0; line < MOST_NOISE; line++) {
      String text = Greeting.readLine(in);
      if (text.startsWith(Greeting.ANSWER + " ") || text.startsWith(Bootstrap.MARK + " ")) {
        return text;
      }
    }
    throw new ProtocolException(MOST_NOISE + " lines of something else came before any answer");
  }

  private static ConnectionException failure(Channel channel, @Nullable Throwable cause)
      throws InterruptedException {
    if (cause instanceof ProtocolException) {
      return new ConnectionException(
          Reason.PROTOCOL,
          "what was started at the far end is not georep's agent: " + cause.getMessage());
    }
    if (!(cause instanceof EOFException)) {
      return new ConnectionException(
          Reason.LOST, "the secondary's host cannot be heard: " + cause + ErrorTail.of(channel));
    }
    OptionalInt exit = channel.await(Duration.ofSeconds(5)); // so that its last words are in
    if (channel instanceof ProcessChannel process && exit.isPresent()) {
      return process.failure(exit.getAsInt());
    }
    return new ConnectionException(
        Reason.LOST, "the agent ended before it answered" + ErrorTail.of(channel));
  }

  /** A line is one character for one byte. */
  private static byte[] bytes(String line) {
    return line.getBytes(StandardCharsets.ISO_8859_1);
  }
}
