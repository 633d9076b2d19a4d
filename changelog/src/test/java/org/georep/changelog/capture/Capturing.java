package org.georep.changelog.capture;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.georep.changelog.capture.fanotify.FanotifySource;
import org.georep.changelog.capture.inotify.InotifySource;
import org.georep.changelog.record.ChangeRecord;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Libc;
import org.georep.testing.Waits;
import org.jspecify.annotations.Nullable;

/** A source at work, and what it wrote. */
public final class Capturing implements AutoCloseable {
  /** A kind of source. */
  public enum Kind {
    FANOTIFY,
    INOTIFY;

    ChangeSource open(Libc libc, byte[] root) throws IOException {
      return this == FANOTIFY ? FanotifySource.open(libc, root) : InotifySource.open(libc, root);
    }
  }

  private final ChangeSource source;
  private final Thread thread;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final List<ChangeRecord> written = new ArrayList<>();
  private @Nullable Instant provedUpTo;
  private int marks;

  /** Runs a source. */
  public Capturing(ChangeSource source) {
    this.source = source;
    this.thread = new Thread(this::run, "capture");
    thread.start();
  }

  private void run() {
    try {
      source.run(
          new RecordSink() {
            @Override
            public void append(ChangeRecord change) {
              take(change);
            }

            @Override
            public void flush() {}
          });
    } catch (IOException | RuntimeException | Error e) {
      failure.set(e);
    }
  }

  private synchronized void take(ChangeRecord change) {
    if (change instanceof ChangeRecord.Drained drained) {
      provedUpTo = drained.upTo().plus(DrainMarks.MARGIN);
      marks++;
    } else {
      written.add(change);
    }
  }

  private synchronized boolean proved(Instant when) {
    return provedUpTo != null && !provedUpTo.isBefore(when);
  }

  /** Returns how many marks were written. */
  public synchronized int marks() {
    return marks;
  }

  /** Waits until a mark vouches for all that was done by now; returns what was written since. */
  public Written settle() throws Exception {
    Instant now = Instant.now();
    Waits.until("a mark is written", () -> failure.get() != null || proved(now));
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError("the source failed", failed);
    }
    return soFar();
  }

  /** Returns what was written since, vouched for or not. */
  public synchronized Written soFar() {
    Written all = new Written(List.copyOf(written));
    written.clear();
    return all;
  }

  /** Returns what made the source fail, once it did. */
  public Throwable failed() throws Exception {
    Waits.until("the source fails", () -> failure.get() != null);
    return java.util.Objects.requireNonNull(failure.get());
  }

  /** Records of some time, without the marks. */
  public record Written(List<ChangeRecord> records) {
    /** Returns the names that are dirty. */
    public Set<Place> names() {
      Set<Place> names = new HashSet<>();
      for (ChangeRecord record : records) {
        if (record instanceof ChangeRecord.Entry entry) {
          names.add(entry.place());
        } else if (record instanceof ChangeRecord.Rename rename) {
          names.add(rename.from());
          names.add(rename.to());
        }
      }
      return names;
    }

    /** Returns the inodes whose content is dirty. */
    public Set<Gfid> data() {
      return of(ChangeRecord.Data.class).stream()
          .map(ChangeRecord.Data::gfid)
          .collect(Collectors.toSet());
    }

    /** Returns the inodes whose attributes are dirty. */
    public Set<Gfid> metadata() {
      return of(ChangeRecord.Metadata.class).stream()
          .map(ChangeRecord.Metadata::gfid)
          .collect(Collectors.toSet());
    }

    /** Returns the directories that are announced as outside. */
    public List<Gfid> outside() {
      return of(ChangeRecord.Outside.class).stream().map(ChangeRecord.Outside::directory).toList();
    }

    /** Returns the names to be walked. */
    public Set<Place> subtrees() {
      return of(ChangeRecord.Subtree.class).stream()
          .map(ChangeRecord.Subtree::place)
          .collect(Collectors.toSet());
    }

    /** Returns the records of a kind. */
    public <R extends ChangeRecord> List<R> of(Class<R> kind) {
      return records.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
  }

  @Override
  public void close() throws IOException {
    source.stop();
    try {
      thread.join(Waits.limit().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new AssertionError("the source does not stop");
    }
    source.close();
    if (failure.get() instanceof Error error) {
      throw error;
    }
  }
}
