package org.georep.replicator.verify;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.protocol.Aspect;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Trait;
import org.georep.replicator.volume.PrimaryTree;
import org.jspecify.annotations.Nullable;

/**
 * Has differences mended the way everything is: names and attributes are made dirty, contents
 * compared and sent where they differ. Then, when the secondary has caught up with that, it looks
 * again. What somebody else had put there is among the conflicts on the secondary afterwards, also
 * contents of which only a comparison told. For one thread.
 */
final class Mending {
  private static final int LOOKS = 5;

  /**
   * A difference to be mended: of names and attributes, or of contents.
   *
   * @param candidate null if it is one of contents
   * @param contents null if it is one of names or attributes
   */
  record Wanted(@Nullable Candidate candidate, DeepCompare.@Nullable Differing contents) {
    Candidate.Key key() {
      return candidate != null
          ? candidate.key()
          : new Candidate.Key(
              differing().item().directory(), Optional.of(differing().item().name()));
    }

    EntryPath path() {
      return candidate != null ? candidate.path() : differing().item().path();
    }

    List<Trait> traits() {
      if (candidate != null) {
        return candidate.finding().traits();
      }
      Request.Piece piece = differing().piece();
      String part = "bytes " + piece.offset() + " to " + (piece.offset() + piece.length());
      return List.of(
          new Trait(
              Aspect.CONTENT,
              part,
              differing().there().isPresent() ? "others" : "what cannot be read"));
    }

    private DeepCompare.Differing differing() {
      return Objects.requireNonNull(contents);
    }
  }

  /** Called while it waits. */
  interface Meanwhile {
    void run() throws IOException;
  }

  private final PrimaryTree tree;
  private final VerifyDesk desk;
  private final Clock clock;
  private final SecondLook second;
  private final DeepCompare deep;
  private final boolean atOnce;

  /**
   * Makes it.
   *
   * @param atOnce whether it waits for what it mends alone, and not until all is in step
   */
  Mending(
      PrimaryTree tree,
      VerifyDesk desk,
      Clock clock,
      SecondLook second,
      DeepCompare deep,
      boolean atOnce) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.desk = Objects.requireNonNull(desk, "desk is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.second = Objects.requireNonNull(second, "second is null");
    this.deep = Objects.requireNonNull(deep, "deep is null");
    this.atOnce = atOnce;
  }

  /** Mends; returns those that still stand. */
  Set<Wanted> run(List<Wanted> all, Meanwhile meanwhile) throws IOException, InterruptedException {
    List<Gfid> disowned = new ArrayList<>();
    for (Wanted wanted : all) {
      if (wanted.contents() != null) {
        disowned.add(wanted.contents().item().state().gfid());
      }
    }
    if (!disowned.isEmpty()) {
      desk.ask(new Request.Disown(disowned), Reply.Done.class);
    }
    for (Wanted wanted : all) {
      mend(wanted);
    }
    Set<Wanted> left = new HashSet<>(all);
    for (int looks = 0; looks < LOOKS && !left.isEmpty(); looks++) {
      if (atOnce) {
        awaitDurable(meanwhile);
      } else {
        awaitInStep(meanwhile);
      }
      stillThere(left);
    }
    return left;
  }

  private void awaitInStep(Meanwhile meanwhile) throws IOException, InterruptedException {
    while (!desk.isTaken()) {
      desk.pause();
      meanwhile.run();
    }
    Instant taken = clock.instant();
    while (!desk.hasPassed(taken)) {
      desk.pause();
      meanwhile.run();
    }
  }

  /** Waits until what was left to be mended is durable on the secondary. */
  void awaitDurable(Meanwhile meanwhile) throws IOException, InterruptedException {
    while (!desk.isDurable()) {
      desk.pause();
      meanwhile.run();
    }
  }

  private void mend(Wanted wanted) throws IOException {
    if (wanted.contents() != null) {
      long size = wanted.contents().item().state().size();
      desk.mendContents(wanted.contents().item().state().gfid(), size, true);
      return;
    }
    Candidate candidate = Objects.requireNonNull(wanted.candidate());
    Candidate.Key key = candidate.key();
    if (key.name().isEmpty()) {
      desk.mendAttributes(key.directory());
      return;
    }
    boolean size = candidate.finding().has(Aspect.SIZE);
    boolean mtime = candidate.finding().has(Aspect.MTIME);
    Optional<Gfid> file = candidate.primary().gfid().filter(gfid -> isFile(gfid));
    desk.mendName(new Place(key.directory(), key.name().get()));
    if ((size || mtime) && file.isPresent()) {
      desk.mendContents(file.get(), candidate.primary().size(), !size);
    }
  }

  private boolean isFile(Gfid gfid) {
    try {
      return tree.look(gfid, Optional.empty()).filter(state -> state.isFile()).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  private void stillThere(Set<Wanted> left) throws IOException, InterruptedException {
    List<Candidate> names = new ArrayList<>();
    for (Wanted wanted : left) {
      if (wanted.candidate() != null) {
        names.add(wanted.candidate());
      }
    }
    Map<Candidate, Optional<SecondLook.Now>> now = second.look(names);
    Set<Wanted> mended = new HashSet<>();
    for (Wanted wanted : left) {
      if (wanted.candidate() != null) {
        Optional<SecondLook.Now> look = now.getOrDefault(wanted.candidate(), Optional.empty());
        if (look.isEmpty() || look.get().finding() == null) {
          mended.add(wanted);
        }
      } else if (deep.again(Objects.requireNonNull(wanted.contents())).isEmpty()) {
        mended.add(wanted);
      }
    }
    left.removeAll(mended);
  }
}
