package org.georep.replicator.verify;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.Aspect;
import org.georep.protocol.EntryState;
import org.georep.protocol.Finding;
import org.georep.protocol.NameSpan;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.SpanDigest;
import org.georep.protocol.Trait;
import org.georep.protocol.Want;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.volume.PrimaryTree;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of both sides.
 *
 * <p>It walks the primary, and while the agent examines one bundle of parts it reads the next. What
 * differs waits until the secondary has caught up, then is looked at again; meanwhile the walk goes
 * on, but no further than {@link #MOST_WAITING} candidates. So what it holds is bounded by that and
 * by the directories beside its way down.
 *
 * <p>It changes nothing unless it is to repair. A crash leaves nothing of it. For one thread, in
 * one call of {@link #run}.
 */
public final class Verification {
  private static final int BUNDLE = 2_000;
  private static final int MOST_WAITING = 10_000;
  private static final int MOST_TO_MEND = 5_000;
  private static final int MOST_UNREAD = 10_000;
  private static final Duration TELL_EVERY = Duration.ofSeconds(1);

  private final PrimaryTree tree;
  private final VerifyDesk desk;
  private final VerifyOptions options;
  private final VerifyListener listener;
  private final Clock clock;
  private final long expected;
  private final VerifyWalk walk;
  private final PartReader reader;
  private final Candidates candidates = new Candidates();
  private final SecondLook second;
  private final DeepCompare deep;
  private final List<DeepCompare.Differing> differing = new ArrayList<>();
  private final Mending mending;
  private final Optional<OnePath> only;
  private final List<Mending.Wanted> toMend = new ArrayList<>();
  private final long begun = System.nanoTime();
  private List<Part> bundle = new ArrayList<>();
  private int bundled;
  private @Nullable Sent sent;
  private long told = System.nanoTime();
  private long directories;
  private long entries;
  private long differences;
  private long mended;
  private long unsettled;
  private final Set<EntryPath> unread = new HashSet<>();

  private record Sent(List<Part> parts, VerifyDesk.Question<Reply.Examined> question) {}

  /**
   * Makes it.
   *
   * @param expected entries there are thought to be, 0 if unknown
   */
  public Verification(
      Libc libc,
      PrimaryTree tree,
      Filter filter,
      VerifyDesk desk,
      VerifyOptions options,
      long expected,
      VerifyListener listener,
      Clock clock) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.desk = Objects.requireNonNull(desk, "desk is null");
    this.options = Objects.requireNonNull(options, "options is null");
    this.listener = Objects.requireNonNull(listener, "listener is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.expected = expected;
    this.only = options.only().map(path -> new OnePath(tree, filter, desk, path));
    this.walk =
        options.only().filter(path -> !path.isRoot()).isPresent()
            ? VerifyWalk.ofNothing()
            : new VerifyWalk(tree.rootGfid(), options.from());
    this.reader =
        new PartReader(tree, new Looker(filter, this::unreadable), walk, this::unreadable);
    this.second = new SecondLook(reader, desk, candidates, clock, this::hasPassed);
    this.deep = new DeepCompare(libc, tree, desk, clock, this::unreadable);
    this.mending = new Mending(tree, desk, clock, second, deep, only.isPresent());
  }

  /**
   * Compares.
   *
   * @throws IOException if the primary cannot be read, the session ends, or the listener fails
   */
  public VerifyOutcome run() throws IOException, InterruptedException {
    if (only.isPresent()) {
      only.get().mend();
      mending.awaitDurable(() -> tell(false));
      beginAt(only.get());
    }
    while (true) {
      walkOn();
      if (isWalked() && candidates.isEmpty() && differing.isEmpty()) {
        if (toMend.isEmpty()) {
          break;
        }
        mend(); // what is below a directory that was mended is compared after it
      } else if (isWalked() || candidates.size() >= MOST_WAITING) {
        desk.pause();
      }
      judge();
      if (toMend.size() >= MOST_TO_MEND) {
        mend();
      }
      tell(false);
    }
    tell(true);
    return new VerifyOutcome(figures(), isBudgetSpent() ? walk.upcoming() : Optional.empty());
  }

  /** What one path lacks is mended now, be it on its way or not. */
  private boolean hasPassed(Instant seen) {
    return only.isPresent() || desk.hasPassed(seen);
  }

  private void beginAt(OnePath path) throws IOException, InterruptedException {
    List<OnePath.Name> way = path.way();
    if (way.isEmpty()) {
      return; // the walk begins with the root
    }
    OnePath.Name name = way.get(way.size() - 1);
    entries++;
    List<Finding> findings = path.inspect(name);
    for (Finding finding : findings) {
      if (finding.name().isEmpty()) {
        throw new IOException(
            "The directory of "
                + name.path()
                + " could not be made on the secondary; see 'georep quarantine list'.");
      }
      Candidate.Key key = new Candidate.Key(name.place().directory(), finding.name());
      Candidate.Print print = Candidate.Print.of(name.want());
      second.noteName(key, finding, print);
      add(key, name.path(), finding, print);
    }
    if (name.want() instanceof Want.Present present) {
      EntryState state = present.state();
      if (state.isDirectory()) {
        walk.again(state.gfid(), name.path(), name.place());
      } else if (state.isFile() && findings.stream().noneMatch(Verification::bringsContents)) {
        deep.add(
            new DeepCompare.Item(
                name.place().directory(), name.place().name(), name.path(), state));
      }
    }
  }

  /** Contents cannot be compared before it is mended, or are compared or sent by that. */
  private static boolean bringsContents(Finding finding) {
    return finding.isAboutTheName() || finding.has(Aspect.SIZE) || finding.has(Aspect.MTIME);
  }

  private boolean isBudgetSpent() {
    return options.budget() > 0 && entries >= options.budget();
  }

  private boolean isWalked() {
    return (walk.isOver() || isBudgetSpent()) && sent == null && bundle.isEmpty() && deep.isEmpty();
  }

  private void walkOn() throws IOException, InterruptedException {
    if (candidates.size() >= MOST_WAITING) {
      return;
    }
    if (deep.isFull()) {
      differing.addAll(deep.step());
      return;
    }
    Optional<VerifyWalk.Visit> visit = isBudgetSpent() ? Optional.empty() : walk.next();
    if (visit.isPresent()) {
      visit(visit.get());
    } else if (!bundle.isEmpty() || sent != null) {
      flush();
    } else if (!deep.isEmpty()) {
      differing.addAll(deep.step());
    }
  }

  private void visit(VerifyWalk.Visit visit) throws IOException, InterruptedException {
    if (isSkipped(visit)) {
      return;
    }
    if (reader.read(visit, this::add) && !visit.passing()) {
      directories++;
    }
  }

  private boolean isSkipped(VerifyWalk.Visit visit) {
    return visit.place().isPresent() && candidates.isSkipped(visit.gfid(), visit.place().get());
  }

  private void add(Part part) throws IOException, InterruptedException {
    bundle.add(part);
    bundled += part.wants().size() + 1;
    entries += part.wants().size();
    if (bundled >= BUNDLE) {
      flush();
    }
    tell(false);
  }

  /** Sends what was gathered, and takes the answer to what was sent before. */
  private void flush() throws IOException, InterruptedException {
    Sent before = sent;
    sent = null;
    if (!bundle.isEmpty()) {
      List<SpanDigest> digests = bundle.stream().map(Part::digest).toList();
      sent = new Sent(bundle, desk.send(new Request.Examine(digests), Reply.Examined.class));
      bundle = new ArrayList<>();
      bundled = 0;
    }
    if (before != null) {
      examined(before);
    }
  }

  private void examined(Sent before) throws IOException, InterruptedException {
    Set<Integer> different = new HashSet<>(before.question().answer().different());
    for (int at = 0; at < before.parts().size(); at++) {
      Part part = before.parts().get(at);
      if (isSkipped(part.visit())) {
        continue;
      }
      Set<FileName> later = different.contains(at) ? inspect(part) : Set.of();
      if (options.deep()) {
        for (Want want : part.wants()) {
          if (want instanceof Want.Present present
              && present.state().isFile()
              && !later.contains(want.name())) {
            deep.add(item(part, present.name(), present.state()));
          }
        }
      }
    }
  }

  /** What somebody else may have written to on the secondary is compared, deep or not. */
  private void doubt(Part part, Optional<FileName> name) {
    for (Want want : part.wants()) {
      if (want instanceof Want.Present present
          && present.state().isFile()
          && Optional.of(want.name()).equals(name)) {
        deep.add(item(part, present.name(), present.state()));
      }
    }
  }

  private static DeepCompare.Item item(Part part, FileName name, EntryState state) {
    return new DeepCompare.Item(
        part.visit().gfid(), name, part.visit().path().resolve(name), state);
  }

  /** Returns the names whose contents are not to be read now. */
  private Set<FileName> inspect(Part part) throws IOException, InterruptedException {
    Set<FileName> later = new HashSet<>();
    NameSpan span = part.span();
    List<Want> wants = part.wants();
    Optional<EntryState> itself = part.itself();
    while (true) {
      Reply.Inspected inspected =
          desk.ask(
              new Request.Inspect(part.visit().gfid(), itself, Optional.of(span), wants),
              Reply.Inspected.class);
      for (Finding finding : inspected.findings()) {
        if (finding.name().isEmpty() && finding.has(Aspect.MISSING)) {
          part.wants().forEach(want -> later.add(want.name()));
        }
        Optional<Finding> sure = finding.without(Aspect.CONTENT);
        sure.ifPresent(each -> candidate(part, each));
        if (sure.filter(Verification::bringsContents).isPresent()) {
          finding.name().ifPresent(later::add);
        } else if (finding.has(Aspect.CONTENT) && !options.deep()) {
          doubt(part, finding.name());
        }
      }
      Optional<FileName> upTo = inspected.upTo();
      if (upTo.isEmpty()) {
        return later;
      }
      span = new NameSpan(upTo, span.upTo());
      itself = Optional.empty();
      NameSpan rest = span;
      wants = wants.stream().filter(want -> rest.contains(want.name())).toList();
    }
  }

  private void candidate(Part part, Finding finding) {
    VerifyWalk.Visit visit = part.visit();
    if (finding.name().isEmpty() && finding.has(Aspect.MISSING)) {
      // Its name tells: the directory is not there, or not where it should be.
      visit
          .place()
          .filter(place -> !candidates.isNotBelow(place))
          .ifPresent(
              place -> {
                candidates.notBelow(place);
                add(
                    new Candidate.Key(place.directory(), Optional.of(place.name())),
                    visit.path(),
                    new Finding(
                        Optional.of(place.name()),
                        finding.traits(),
                        finding.ctime(),
                        finding.inode()),
                    part.itself().map(Candidate.Print::of).orElse(Candidate.Print.NOTHING));
              });
      return;
    }
    Candidate.Print print =
        finding
            .name()
            .map(name -> SecondLook.print(part.wants(), name))
            .orElseGet(() -> part.itself().map(Candidate.Print::of).orElseThrow());
    EntryPath path = finding.name().map(name -> visit.path().resolve(name)).orElseGet(visit::path);
    Candidate.Key key = new Candidate.Key(visit.gfid(), finding.name());
    second.noteName(key, finding, print);
    add(key, path, finding, print);
  }

  private void add(Candidate.Key key, EntryPath path, Finding finding, Candidate.Print print) {
    candidates.add(new Candidate(key, path, finding, print, clock.instant(), 1));
  }

  /** Looks again at what is due. */
  private void judge() throws IOException, InterruptedException {
    SecondLook.Verdict verdict = second.judge();
    unsettled += verdict.unsettled();
    for (Candidate agreed : verdict.agreed()) {
      compareContents(agreed);
    }
    verdict.fine().forEach(fine -> walk.again(fine.gfid(), fine.path(), fine.place()));
    for (Candidate standing : verdict.standing()) {
      found(new Mending.Wanted(standing, null));
    }
    for (DeepCompare.Differing each : List.copyOf(differing)) {
      if (hasPassed(each.seen())) {
        differing.remove(each);
        Optional<DeepCompare.Differing> now = deep.again(each);
        if (now.isPresent() && now.get().isAs(each)) {
          found(new Mending.Wanted(null, each));
        } else if (now.isPresent()) {
          differing.add(now.get());
        }
      }
    }
  }

  /** Reads a file that was not when it was met, since it was not there or another. */
  private void compareContents(Candidate was) throws IOException {
    Candidate.Key key = was.key();
    if (!options.deep()
        || !bringsContents(was.finding())
        || key.name().isEmpty()
        || was.primary().gfid().isEmpty()) {
      return;
    }
    Place place = new Place(key.directory(), key.name().get());
    try {
      tree.look(was.primary().gfid().get(), Optional.of(place))
          .filter(EntryState::isFile)
          .ifPresent(
              state ->
                  deep.add(
                      new DeepCompare.Item(place.directory(), place.name(), was.path(), state)));
    } catch (PosixException e) {
      unreadable(was.path(), e);
    }
  }

  private void found(Mending.Wanted wanted) throws IOException {
    differences++;
    if (options.repair()) {
      toMend.add(wanted);
    } else {
      listener.difference(new Difference(path(wanted), wanted.traits(), Optional.empty()));
    }
  }

  /** What was not compared may differ: it is told as a difference, once a path. */
  private void unreadable(EntryPath path, PosixException cause) throws IOException {
    if (unread.size() < MOST_UNREAD && !unread.add(path)) {
      return;
    }
    differences++;
    Trait trait = new Trait(Aspect.UNREADABLE, Errno.describe(cause.errno()), "");
    Optional<Boolean> done = options.repair() ? Optional.of(false) : Optional.empty();
    listener.difference(new Difference(path, List.of(trait), done));
  }

  private EntryPath path(Mending.Wanted wanted) throws IOException {
    Candidate.Key key = wanted.key();
    Optional<EntryPath> directory =
        key.directory().equals(tree.rootGfid())
            ? Optional.of(EntryPath.ROOT)
            : tree.path(key.directory());
    return directory
        .map(above -> key.name().map(above::resolve).orElse(above))
        .orElse(wanted.path());
  }

  private void mend() throws IOException, InterruptedException {
    List<Mending.Wanted> wanted = List.copyOf(toMend);
    toMend.clear();
    List<EntryPath> paths = new ArrayList<>();
    for (Mending.Wanted each : wanted) {
      paths.add(path(each));
    }
    Set<Mending.Wanted> left = mending.run(wanted, () -> tell(false));
    for (int at = 0; at < wanted.size(); at++) {
      Mending.Wanted each = wanted.get(at);
      boolean done = !left.contains(each);
      mended += done ? 1 : 0;
      listener.difference(new Difference(paths.get(at), each.traits(), Optional.of(done)));
      if (done && each.candidate() != null) {
        if (each.candidate().finding().isAboutTheName()) {
          compareContents(each.candidate()); // it may have been there, under another name
        }
        second.below(each.candidate()).ifPresent(f -> walk.again(f.gfid(), f.path(), f.place()));
      }
    }
  }

  private void tell(boolean last) throws IOException {
    if (last || System.nanoTime() - told >= TELL_EVERY.toNanos()) {
      told = System.nanoTime();
      listener.progress(figures());
    }
  }

  private VerifyFigures figures() {
    return new VerifyFigures(
        directories,
        entries,
        expected,
        deep.files(),
        deep.bytes(),
        differences,
        mended,
        unsettled + deep.changed(),
        candidates.size() + differing.size(),
        Duration.ofNanos(System.nanoTime() - begun));
  }
}
