package org.georep.replicator.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.NameSpan;
import org.georep.protocol.SpanDigest;
import org.georep.protocol.Want;
import org.georep.replicator.volume.PrimaryDirectory;
import org.georep.replicator.volume.PrimaryTree;
import org.jspecify.annotations.Nullable;

/** Reads directories of the primary in parts of bounded size. For one thread. */
final class PartReader {
  /** Names in one part. */
  static final int NAMES = 1_000;

  private final PrimaryTree tree;
  private final Looker looker;
  private final VerifyWalk walk;
  private final Unreadable unreadable;
  private final SpanDigest.Builder digest = new SpanDigest.Builder();

  /** Who gets the parts. */
  interface Parts {
    void add(Part part) throws IOException, InterruptedException;
  }

  PartReader(PrimaryTree tree, Looker looker, VerifyWalk walk, Unreadable unreadable) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.looker = Objects.requireNonNull(looker, "looker is null");
    this.walk = Objects.requireNonNull(walk, "walk is null");
    this.unreadable = Objects.requireNonNull(unreadable, "unreadable is null");
  }

  /**
   * Reads one directory; the directories in it are added to the walk.
   *
   * @return false if it is not there any more, or could not be read, which is told
   */
  boolean read(VerifyWalk.Visit visit, Parts parts) throws IOException, InterruptedException {
    List<VerifyWalk.Child> below = new ArrayList<>();
    try (PrimaryDirectory directory = open(visit.gfid())) {
      if (directory == null) {
        return false;
      }
      EntryState itself = directory.attributes();
      List<FileName> names = directory.names();
      int from = 0;
      do {
        int to = Math.min(names.size(), from + NAMES);
        List<Want> wants = new ArrayList<>(to - from);
        for (FileName name : names.subList(from, to)) {
          Want want = looker.look(directory, visit.path(), name);
          wants.add(want);
          if (want instanceof Want.Present present && present.state().isDirectory()) {
            below.add(new VerifyWalk.Child(name, present.state().gfid()));
          }
        }
        if (!visit.passing()) {
          NameSpan span =
              new NameSpan(
                  from == 0 ? Optional.empty() : Optional.of(names.get(from - 1)),
                  to == names.size() ? Optional.empty() : Optional.of(names.get(to - 1)));
          parts.add(part(visit, from == 0 ? Optional.of(itself) : Optional.empty(), span, wants));
        }
        from = to;
      } while (from < names.size());
    } catch (PosixException e) {
      unreadable.tell(visit.path(), e);
      return false;
    } finally {
      walk.below(visit, below);
    }
    return true;
  }

  private @Nullable PrimaryDirectory open(Gfid gfid) throws IOException {
    return tree.directory(gfid) instanceof PrimaryTree.Found.Inside inside
        ? inside.directory()
        : null;
  }

  private Part part(
      VerifyWalk.Visit visit, Optional<EntryState> itself, NameSpan span, List<Want> wants)
      throws IOException {
    if (itself.isPresent()) {
      digest.itself(itself.get());
    }
    for (Want want : wants) {
      if (want instanceof Want.Present present) {
        digest.add(present.name(), present.state());
      }
    }
    return new Part(visit, itself, span, wants, digest.finish(visit.gfid(), span));
  }

  /** Looks once more at some names of a directory, and at itself. */
  Optional<Again> again(Candidate.Key first, List<Candidate> candidates, EntryPath known)
      throws IOException {
    try {
      if (!(tree.directory(first.directory()) instanceof PrimaryTree.Found.Inside inside)) {
        return Optional.empty();
      }
      try (PrimaryDirectory directory = inside.directory()) {
        Optional<EntryPath> now =
            first.directory().equals(tree.rootGfid())
                ? Optional.of(EntryPath.ROOT)
                : tree.path(first.directory());
        EntryPath path = now.orElse(known);
        if (looker.leavesOut(now)) {
          return Optional.empty();
        }
        Optional<EntryState> itself = Optional.empty();
        List<Want> wants = new ArrayList<>();
        for (Candidate candidate : candidates) {
          if (candidate.key().name().isPresent()) {
            wants.add(looker.look(directory, path, candidate.key().name().get()));
          } else {
            itself = Optional.of(directory.attributes());
          }
        }
        return Optional.of(new Again(path, itself, wants));
      }
    } catch (PosixException e) {
      unreadable.tell(known, e);
      return Optional.empty();
    }
  }

  /**
   * A second look.
   *
   * @param path of the directory now
   */
  record Again(EntryPath path, Optional<EntryState> itself, List<Want> wants) {}
}
