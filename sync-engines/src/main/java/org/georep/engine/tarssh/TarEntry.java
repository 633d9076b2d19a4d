package org.georep.engine.tarssh;

import java.io.IOException;
import java.util.List;
import org.georep.engine.OpenFile;
import org.georep.engine.Outcome;
import org.georep.engine.ReadFailure;
import org.georep.engine.Torn;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.posix.Segment;
import org.georep.protocol.EntryState;
import org.jspecify.annotations.Nullable;

/** Puts one open file into the stream. For one thread. */
final class TarEntry {
  /** More zeros than this are not sent to make up for what cannot be read. */
  static final long MOST_PADDING = 64L << 20;

  /** A file in more pieces is sent with the later holes as zeros; the map stays below 2 MiB. */
  private static final int MOST_SEGMENTS = 100_000;

  private final Libc libc;
  private final TarWriter tar;

  /** Makes it for a stream. */
  TarEntry(Libc libc, TarWriter tar) {
    this.libc = libc;
    this.tar = tar;
  }

  /** How it went. */
  sealed interface Result {
    /** The whole content, unchanged since before it was read. */
    record Whole(EntryState state) implements Result {}

    /** The entry is there, but not worth publishing. */
    record Spoilt(Outcome outcome) implements Result {}

    /** There is no entry. */
    record None(Outcome outcome) implements Result {}

    /** The entry is cut short: the stream cannot go on. */
    record Cut(Outcome outcome) implements Result {}
  }

  /**
   * Writes the entry.
   *
   * @throws IOException if the stream cannot be written; never a {@link PosixException}
   */
  Result write(String name, OpenFile file) throws IOException {
    EntryState before;
    List<Segment> segments;
    try {
      before = file.look();
      if (!before.isFile()) {
        return new Result.None(new Outcome.Failed(0, "it is no regular file any more"));
      }
      segments = Segment.of(libc, file.descriptor(), before.size(), MOST_SEGMENTS);
    } catch (IOException e) {
      return new Result.None(ReadFailure.outcome(e));
    }
    if (Segment.isWhole(segments, before.size())) {
      tar.beginPlain(name, before.size());
    } else {
      tar.beginSparse(name, before.size(), segments);
    }
    long length = 0;
    for (Segment segment : segments) {
      length += segment.length();
    }
    long end = tar.position() + length;
    Outcome trouble = content(file, segments);
    if (end - tar.position() > MOST_PADDING) {
      return new Result.Cut(trouble == null ? new Outcome.Changed() : trouble);
    }
    tar.zeros(end - tar.position());
    tar.endEntry();
    return trouble != null ? new Result.Spoilt(trouble) : lookAgain(file, before);
  }

  /** Copies what can be had; says why that was not all. */
  private @Nullable Outcome content(OpenFile file, List<Segment> segments) throws IOException {
    try {
      for (Segment segment : segments) {
        long copied = tar.copy(file.descriptor(), segment.offset(), segment.length());
        if (copied < segment.length()) {
          return new Outcome.Changed();
        }
      }
      return null;
    } catch (PosixException e) {
      return ReadFailure.outcome(e);
    }
  }

  private static Result lookAgain(OpenFile file, EntryState before) {
    try {
      EntryState after = file.look();
      return Torn.between(before, after)
          ? new Result.Spoilt(new Outcome.Changed())
          : new Result.Whole(after);
    } catch (IOException e) {
      return new Result.Spoilt(ReadFailure.outcome(e));
    }
  }
}
