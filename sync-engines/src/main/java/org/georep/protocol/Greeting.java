package org.georep.protocol;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;

/**
 * The first line an agent process is sent, before any frame: what it is to be. Lines are ASCII and
 * end with a newline. A session is answered by {@link #answer}, then come frames; a probe is
 * answered likewise, then the agent ends; to data there is no answer, the bytes after the line are
 * the data program's own.
 *
 * <p>Session and probe say which protocols the replicator speaks: the newest as the second word,
 * the oldest, where that is another, as one more at the end. The agent answers with the newest both
 * speak. An agent of protocol 2 does not know of ranges and ends at such a line; it is asked again
 * in its own. The line of data has the form of protocol 2, whatever the session speaks.
 */
public sealed interface Greeting {
  /** The protocol since which the line of data is what it is. */
  int DATA_FORM = 2;

  /** The longest line, in bytes: room for the longest path in base64. */
  int MAX_LINE = 8192;

  /** The word the agent's answer begins with. */
  String ANSWER = "georep-agent";

  /** What is said to who is none of ours. */
  String STRANGER = "what connected is not georep; this is georep's agent";

  /** Returns the line, newline included. */
  byte[] toLine();

  /**
   * A session: frames follow.
   *
   * @param timeout how long either end may be silent, 100 ms to 1 day
   * @param spoken which protocols the replicator speaks
   */
  record Session(Duration timeout, Protocols spoken) implements Greeting {
    /** Checks its part. */
    public Session {
      if (timeout.toMillis() < 100 || timeout.toDays() > 1) {
        throw new IllegalArgumentException("a timeout is from 100 ms to a day, not " + timeout);
      }
      Objects.requireNonNull(spoken, "spoken is null");
    }

    @Override
    public byte[] toLine() {
      return line("georep-session " + spoken.newest() + " " + timeout.toMillis() + oldest(spoken));
    }
  }

  /**
   * Only asks whether an agent is there.
   *
   * @param spoken which protocols the replicator speaks
   */
  record Probe(Protocols spoken) implements Greeting {
    @Override
    public byte[] toLine() {
      return line("georep-probe " + spoken.newest() + oldest(spoken));
    }
  }

  /**
   * A data channel: standard input and output belong to the program that the job's engine needs.
   *
   * @param root the secondary's directory, as in {@link Request.Hello}
   * @param ticket the job's, from {@link Reply.JobOpened}: 32 hexadecimal digits
   */
  record Data(byte[] root, String ticket) implements Greeting {
    /** Checks its parts. */
    public Data {
      Objects.requireNonNull(root, "root is null");
      if (ticket.length() != 32 || !ticket.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
        throw new IllegalArgumentException("a ticket has 32 hexadecimal digits");
      }
    }

    @Override
    public byte[] toLine() {
      return line(
          "georep-data "
              + DATA_FORM
              + " "
              + Base64.getEncoder().encodeToString(root)
              + " "
              + ticket);
    }
  }

  /**
   * Returns the agent's answer to a session or probe, newline included.
   *
   * @param protocol the one that is spoken from now on
   * @param version the agent's version
   */
  static byte[] answer(int protocol, String version) {
    return line(ANSWER + " " + protocol + " " + version);
  }

  private static String oldest(Protocols spoken) {
    return spoken.isOne() ? "" : " " + spoken.oldest();
  }

  /**
   * Takes one line from the stream, byte by byte, so that what follows it stays in the stream for
   * whoever reads there next, another process for one.
   *
   * @return the line without its newline
   * @throws EOFException if the stream ends before the line does
   * @throws ProtocolException if the line is longer than {@link #MAX_LINE}
   */
  static String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended before its first line did");
      }
      if (line.size() == MAX_LINE) {
        throw new ProtocolException("the first line is longer than " + MAX_LINE + " bytes");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /**
   * Takes the line with which an agent is greeted, as {@link #readLine}; what does not begin like
   * one is refused at its first byte that differs, since a client of another protocol may wait for
   * an answer before it sends a whole line.
   */
  static String readGreeting(InputStream in) throws IOException {
    String begin = "georep-";
    for (int i = 0; i < begin.length(); i++) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the connection ended before its first line did");
      } else if (b != begin.charAt(i)) {
        throw new ProtocolException(STRANGER);
      }
    }
    return begin + readLine(in);
  }

  /**
   * Parses a line without its newline.
   *
   * @throws ProtocolException if it is no greeting, or one of protocols that are not spoken here
   */
  static Greeting parse(String line) throws ProtocolException {
    String[] words = line.split(" ", -1);
    int newest = words.length >= 2 ? Protocols.number(words[1]) : -1;
    if (newest > 0 && words[0].startsWith("georep-")) {
      try {
        if (words[0].equals("georep-session") && (words.length == 3 || words.length == 4)) {
          Protocols spoken = spoken(words, 3, newest);
          return new Session(Duration.ofMillis(Long.parseLong(words[2])), spoken);
        } else if (words[0].equals("georep-probe") && words.length <= 3) {
          return new Probe(spoken(words, 2, newest));
        } else if (words[0].equals("georep-data") && newest == DATA_FORM && words.length == 4) {
          return new Data(Base64.getDecoder().decode(words[2]), words[3]);
        }
      } catch (IllegalArgumentException e) {
        throw new ProtocolException("the first line is malformed: " + e.getMessage(), e);
      }
      if (newest > Protocols.NEWEST) {
        throw new ProtocolException(otherProtocol(Protocols.only(newest), Protocols.SPOKEN));
      }
    }
    throw new ProtocolException(STRANGER);
  }

  private static Protocols spoken(String[] words, int at, int newest) {
    return new Protocols(words.length > at ? Protocols.number(words[at]) : newest, newest);
  }

  /** Returns what is said where the two ends speak no protocol in common. */
  static String otherProtocol(Protocols replicator, Protocols agent) {
    return "the replicator speaks "
        + replicator
        + " and the agent "
        + agent
        + "; install the same version of georep on both hosts";
  }

  private static byte[] line(String text) {
    return (text + "\n").getBytes(StandardCharsets.US_ASCII);
  }
}
