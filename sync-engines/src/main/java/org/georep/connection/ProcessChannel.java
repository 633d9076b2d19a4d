package org.georep.connection;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A channel that is a child process: the agent itself, or the ssh that leads to it. */
final class ProcessChannel implements Channel {
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  private final Process process;
  private final OutputStream out;
  private final ErrorLog errors = new ErrorLog();

  private final Failures failures;

  /** Says what the end of the process before its first answer means. */
  interface Failures {
    ConnectionException of(int exit, String errors);
  }

  private ProcessChannel(Process process, Failures failures) {
    this.process = process;
    this.failures = failures;
    this.out = new Unbuffered(process.getOutputStream());
    errors.drain(process.getErrorStream());
  }

  /**
   * Starts a program.
   *
   * @param environment variables it gets beside this process's own
   * @throws IOException if it cannot be started
   */
  static ProcessChannel start(
      List<String> command, Map<String, String> environment, Failures failures) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return new ProcessChannel(builder.start(), failures);
  }

  @Override
  public InputStream in() {
    return process.getInputStream();
  }

  @Override
  public OutputStream out() {
    return out;
  }

  @Override
  public String errors() {
    return errors.text();
  }

  @Override
  public OptionalInt await(Duration timeout) throws InterruptedException {
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      return OptionalInt.empty();
    }
    errors.awaitEnd(LAST_WORDS); // what it said last may not have been read yet
    return OptionalInt.of(process.exitValue());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits until nobody writes to standard error any more, at most a few seconds, and returns what
   * was kept: a process that has ended may have said more than was read yet.
   */
  String errorsToTheEnd() throws InterruptedException {
    errors.awaitEnd(LAST_WORDS);
    return errors.text();
  }

  /** Returns what it means that the process ended, with this code, before it answered. */
  ConnectionException failure(int exit) throws InterruptedException {
    return failures.of(exit, errorsToTheEnd());
  }

  /** Returns the process's id, for tests that do it harm. */
  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** The JDK buffers what goes to a child; nobody here expects that. */
  private static final class Unbuffered extends FilterOutputStream {
    Unbuffered(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      out.flush();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      out.flush();
    }
  }
}
