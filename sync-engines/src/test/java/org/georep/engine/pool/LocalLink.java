package org.georep.engine.pool;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.georep.connection.Channel;
import org.georep.connection.ConnectionException;
import org.georep.connection.Link;

/** Starts {@link FarEnd} as a child process. */
final class LocalLink implements Link {
  private final List<String> command;
  final List<Child> opened = new CopyOnWriteArrayList<>();
  volatile int most = Integer.MAX_VALUE;

  /** Makes one; {@code environment} entries are NAME=VALUE. */
  LocalLink(String... environment) {
    List<String> words = new ArrayList<>();
    words.add("/usr/bin/env");
    words.addAll(List.of(environment));
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp"));
    words.add(System.getProperty("java.class.path"));
    words.add(FarEnd.class.getName());
    this.command = List.copyOf(words);
  }

  @Override
  public synchronized Channel open() throws ConnectionException {
    long alive = opened.stream().filter(child -> child.process.isAlive()).count();
    if (alive >= most) {
      throw new ConnectionException(
          ConnectionException.Reason.NO_MORE_CHANNELS, "no room for one more channel");
    }
    try {
      Child child = new Child(new ProcessBuilder(command).start());
      opened.add(child);
      return child;
    } catch (IOException e) {
      throw new ConnectionException(ConnectionException.Reason.UNREACHABLE, "cannot start", e);
    }
  }

  @Override
  public List<String> command() {
    return command;
  }

  @Override
  public String describe() {
    return "this host";
  }

  @Override
  public void close() {
    opened.forEach(Child::close);
  }

  /** A child process as a channel. */
  static final class Child implements Channel {
    final Process process;
    private final CompletableFuture<String> errors;

    Child(Process process) {
      this.process = process;
      this.errors = CompletableFuture.supplyAsync(this::drain, task -> new Thread(task).start());
    }

    private String drain() {
      try {
        return new String(process.getErrorStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      } catch (IOException e) {
        return "";
      }
    }

    @Override
    public InputStream in() {
      return process.getInputStream();
    }

    @Override
    public OutputStream out() {
      return process.getOutputStream();
    }

    @Override
    public String errors() {
      if (process.isAlive()) {
        return "";
      }
      try {
        return errors.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return "";
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public OptionalInt await(Duration timeout) throws InterruptedException {
      return process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)
          ? OptionalInt.of(process.exitValue())
          : OptionalInt.empty();
    }

    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
