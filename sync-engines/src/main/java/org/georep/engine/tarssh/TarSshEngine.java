package org.georep.engine.tarssh;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.georep.connection.Channel;
import org.georep.connection.ConnectionException;
import org.georep.engine.ContentSource;
import org.georep.engine.Engine;
import org.georep.engine.OpenFile;
import org.georep.engine.Outcome;
import org.georep.engine.ReadFailure;
import org.georep.engine.Shipment;
import org.georep.engine.Stop;
import org.georep.engine.Throttle;
import org.georep.engine.WarmChannels;
import org.georep.engine.WireOutput;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.protocol.Greeting;
import org.georep.protocol.Request.Staged;

/**
 * Carries files in one tar stream. Files are opened by identity, so renames while they are read do
 * not matter; each is looked at before and after. In the stage they are called {@code 0}, {@code
 * 1}, … by their place in the job.
 *
 * <p>What is believed to have arrived: everything, if the far tar ended with 0; if it ended with an
 * error, the files it did not complain about, provided that every line of its complaints is
 * understood; nothing, if it was killed or the channel broke. A file that cannot be read is made up
 * with zeros and not published, so that the others are not sent again.
 */
public final class TarSshEngine implements Engine {
  private static final int MOST_FILES = 2000;
  private static final int TAR_FAILED = 2;
  private static final Duration STEP = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(5);
  private static final int MOST_LOOKS = 200;

  private final Libc libc;
  private final ContentSource source;
  private final WarmChannels channels;
  private final byte[] root;
  private final Throttle throttle;
  private final LongConsumer wire;

  /**
   * Makes the engine.
   *
   * @param root the secondary's directory, as the agent was told it
   * @param wire is told how many bytes more were written into channels
   */
  public TarSshEngine(
      Libc libc,
      ContentSource source,
      WarmChannels channels,
      byte[] root,
      Throttle throttle,
      LongConsumer wire) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.source = Objects.requireNonNull(source, "source is null");
    this.channels = Objects.requireNonNull(channels, "channels is null");
    this.root = root.clone();
    this.throttle = Objects.requireNonNull(throttle, "throttle is null");
    this.wire = Objects.requireNonNull(wire, "wire is null");
  }

  @Override
  public String name() {
    return "tarssh";
  }

  @Override
  public int mostFiles() {
    return MOST_FILES;
  }

  @Override
  public Shipment carry(String ticket, List<Gfid> files, Stop stop)
      throws ConnectionException, InterruptedException {
    Channel channel = channels.take();
    try (Stop.Guard guard = stop.guard(channel::close)) {
      Objects.requireNonNull(guard);
      return new Run(files, channel, stop).shipment(ticket);
    } finally {
      channel.close();
    }
  }

  /** One stream. */
  private final class Run {
    private final List<Gfid> files;
    private final Channel channel;
    private final Stop stop;
    private final Map<Integer, Staged> whole = new HashMap<>();
    private final Map<Gfid, Outcome> ended = new HashMap<>();
    private boolean cut;
    private int next;

    Run(List<Gfid> files, Channel channel, Stop stop) {
      this.files = files;
      this.channel = channel;
      this.stop = stop;
    }

    Shipment shipment(String ticket) throws InterruptedException {
      Optional<String> broken = send(ticket);
      OptionalInt code = broken.isPresent() ? endOfBroken() : end();
      if (broken.isEmpty() && code.isPresent() && code.getAsInt() == 0) {
        return result();
      }
      String errors = errors();
      TarErrors complaints = TarErrors.parse(errors, cut);
      boolean understood = complaints.other().isEmpty() && TarErrors.complete(errors);
      if (broken.isEmpty() && code.orElse(-1) == TAR_FAILED && understood) {
        return without(complaints);
      }
      String reason =
          stop.requested()
              ? "the transfer was stopped"
              : reason(code, broken, complaints.other().orElse(errors));
      files.forEach(gfid -> ended.putIfAbsent(gfid, new Outcome.Retry(reason)));
      whole.clear();
      next = files.size();
      return result();
    }

    /** Sends everything that can be sent; says why the stream broke, if it did. */
    private Optional<String> send(String ticket) {
      try (WireOutput out = new WireOutput(channel.out(), throttle, wire)) {
        out.write(new Greeting.Data(root, ticket).toLine());
        TarWriter tar = new TarWriter(libc, out);
        TarEntry entry = new TarEntry(libc, tar);
        while (next < files.size() && !cut) {
          one(entry, next++);
        }
        if (cut) {
          tar.flush();
        } else {
          tar.finish();
        }
        return Optional.empty();
      } catch (IOException e) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
    }

    private void one(TarEntry entry, int index) throws IOException {
      Gfid gfid = files.get(index);
      Optional<OpenFile> opened;
      try {
        opened = source.open(gfid);
      } catch (IOException e) {
        ended.put(gfid, ReadFailure.outcome(e));
        return;
      }
      if (opened.isEmpty()) {
        ended.put(gfid, new Outcome.Gone());
        return;
      }
      String name = Integer.toString(index);
      TarEntry.Result result;
      OpenFile file = opened.get();
      try {
        result = entry.write(name, file);
      } finally {
        close(file);
      }
      if (result instanceof TarEntry.Result.Whole good) {
        whole.put(index, new Staged(EntryPath.parse(name), good.state()));
      } else if (result instanceof TarEntry.Result.Spoilt spoilt) {
        ended.put(gfid, spoilt.outcome());
      } else if (result instanceof TarEntry.Result.None none) {
        ended.put(gfid, none.outcome());
      } else if (result instanceof TarEntry.Result.Cut end) {
        ended.put(gfid, end.outcome());
        cut = true;
      }
    }

    /** It was only read: what closing says changes nothing. */
    private void close(OpenFile file) {
      try {
        file.close();
      } catch (IOException e) {
        // See above.
      }
    }

    private OptionalInt end() throws InterruptedException {
      OptionalInt code = channel.await(STEP);
      while (code.isEmpty() && !stop.requested()) {
        code = channel.await(STEP);
      }
      return code;
    }

    /** The far process has closed its end, so it is ending; but not for ever. */
    private OptionalInt endOfBroken() throws InterruptedException {
      OptionalInt code = OptionalInt.empty();
      for (int i = 0; i < 10 && code.isEmpty() && !stop.requested(); i++) {
        code = channel.await(STEP);
      }
      return code;
    }

    /** What was said may be read a moment after the process has ended. */
    private String errors() {
      String errors = channel.errors();
      for (int i = 0; i < MOST_LOOKS && !TarErrors.complete(errors); i++) {
        LockSupport.parkNanos(LOOK.toNanos());
        errors = channel.errors();
      }
      return errors.strip();
    }

    private Shipment without(TarErrors complaints) {
      for (int i = 0; i < next; i++) {
        Gfid gfid = files.get(i);
        Optional<Outcome> outcome = complaints.of(i);
        if (outcome.isPresent()) {
          whole.remove(i);
          ended.putIfAbsent(gfid, outcome.get());
        }
      }
      return result();
    }

    private String reason(OptionalInt code, Optional<String> broken, String errors) {
      String words = errors.isEmpty() ? broken.orElse("it said nothing") : lastLine(errors);
      return "the data channel ended"
          + (code.isPresent() ? " with exit code " + code.getAsInt() : " early")
          + ": "
          + words;
    }

    private String lastLine(String text) {
      return text.substring(text.lastIndexOf('\n') + 1);
    }

    private Shipment result() {
      List<Gfid> later = new ArrayList<>(files.subList(next, files.size()));
      return new Shipment(
          List.copyOf(whole.values()),
          ended,
          later,
          List.of(),
          new Shipment.Missing.Again("it did not arrive whole"));
    }
  }
}
