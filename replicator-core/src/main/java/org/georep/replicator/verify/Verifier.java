package org.georep.replicator.verify;

import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.georep.name.EntryPath;
import org.georep.posix.Libc;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.volume.PrimaryTree;
import org.jspecify.annotations.Nullable;

/**
 * Runs the verifies of a session, one at a time, and keeps what came of them. {@link #verify} by
 * one thread after the other; the rest by any.
 */
public final class Verifier {
  private final Libc libc;
  private final PrimaryTree tree;
  private final Supplier<Filter> filter;
  private final VerifyDesk desk;
  private final VerifyStateFile file;
  private final long expected;
  private final Clock clock;
  private volatile VerifyState state;
  private volatile @Nullable VerifyFigures running;

  /**
   * Makes it.
   *
   * @param filter what is left out; asked when a comparison begins
   * @param expected entries there are thought to be, 0 if unknown
   */
  public Verifier(
      Libc libc,
      PrimaryTree tree,
      Supplier<Filter> filter,
      VerifyDesk desk,
      VerifyStateFile file,
      long expected,
      Clock clock)
      throws IOException {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.filter = Objects.requireNonNull(filter, "filter is null");
    this.desk = Objects.requireNonNull(desk, "desk is null");
    this.file = Objects.requireNonNull(file, "file is null");
    this.expected = expected;
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.state = file.read();
  }

  /** Returns what is known of the verifies so far. */
  public VerifyState state() {
    return state;
  }

  /** Returns how far the one under way is, if one is. */
  public Optional<VerifyFigures> running() {
    return Optional.ofNullable(running);
  }

  /** Returns how many entries there are thought to be, 0 if unknown. */
  public long expected() {
    return state.lastEntries() > 0 ? state.lastEntries() : expected;
  }

  /**
   * Compares.
   *
   * @throws IOException if another one is under way, or it does not come to its end
   */
  public VerifyOutcome verify(VerifyOptions options, VerifyListener listener)
      throws IOException, InterruptedException {
    boolean share = options.budget() > 0;
    if (!desk.begin(share)) {
      throw new IOException("A verify of this session is under way; wait for its end.");
    }
    try {
      running = VerifyFigures.NONE;
      VerifyOutcome outcome =
          verification(
                  options,
                  share ? Math.min(options.budget(), expected()) : expected(),
                  new Watched(listener))
              .run();
      state =
          share
              ? state.share(outcome, clock.instant())
              : state.whole(outcome.figures(), clock.instant());
      file.write(state);
      return outcome;
    } finally {
      running = null;
      desk.end();
    }
  }

  /**
   * Brings one path in step, see {@link VerifyOptions#onePath}: beside a verify, and without a word
   * in what is kept of those. By any thread.
   *
   * @throws IOException if it is no path to be brought in step, or that does not come to its end
   */
  public VerifyFigures sync(EntryPath path, VerifyListener listener)
      throws IOException, InterruptedException {
    return verification(VerifyOptions.onePath(path), 0, listener).run().figures();
  }

  private Verification verification(VerifyOptions options, long entries, VerifyListener listener) {
    return new Verification(libc, tree, filter.get(), desk, options, entries, listener, clock);
  }

  private final class Watched implements VerifyListener {
    private final VerifyListener next;

    Watched(VerifyListener next) {
      this.next = next;
    }

    @Override
    public void progress(VerifyFigures figures) throws IOException {
      running = figures;
      next.progress(figures);
    }

    @Override
    public void difference(Difference difference) throws IOException {
      next.difference(difference);
    }
  }
}
