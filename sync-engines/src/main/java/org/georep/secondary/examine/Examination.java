package org.georep.secondary.examine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.Aspect;
import org.georep.protocol.EntryState;
import org.georep.protocol.Finding;
import org.georep.protocol.Keeping;
import org.georep.protocol.Kind;
import org.georep.protocol.NameSpan;
import org.georep.protocol.ProtocolException;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.SpanDigest;
import org.georep.protocol.Trait;
import org.georep.protocol.Want;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Touched;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/**
 * The agent's part of a verify: compares entries with what is really there. It changes nothing, so
 * it may come between any two other requests, and what it answers is true for that moment only:
 * what is on its way shows as a difference, and the replicator looks again.
 *
 * <p>A directory is found by its gfid. One that is not where the inventory knows it shows as
 * missing. A file that somebody else changed since georep did agrees with nothing, and is found
 * with {@link Aspect#CONTENT} whatever else it has: the replicator compares its contents. Names the
 * primary is not to have ({@link #isKept}) are passed over. Each request is bounded in entries; of
 * a large directory the names are kept between two of its parts. For one thread.
 */
public final class Examination {
  private static final int MOST_FINDINGS = 1_000;

  /** So many names in one part are not examined one by one: the primary sent far fewer. */
  private static final int MOST_NAMES = 10_000;

  private final Libc libc;
  private final Tree tree;
  private final Inventory inventory;
  private final Touched touched;
  private final Differences differences;
  private @Nullable Gfid listed;
  private final Keeping keeping;
  private List<FileName> names = List.of();

  /**
   * Makes it.
   *
   * @param root whether this process is root
   * @param keeping what stays although the primary does not have it: no difference
   */
  public Examination(
      Libc libc, Tree tree, Inventory inventory, Touched touched, boolean root, Keeping keeping) {
    this.keeping = Objects.requireNonNull(keeping, "keeping is null");
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.touched = Objects.requireNonNull(touched, "touched is null");
    this.differences = new Differences(root);
  }

  /** Returns which parts are not as the primary's. */
  public Reply.Examined examine(Request.Examine request) throws PosixException, ProtocolException {
    List<Integer> different = new ArrayList<>();
    for (int at = 0; at < request.spans().size(); at++) {
      SpanDigest digest = request.spans().get(at);
      if (tree.directories().isHidden(digest.directory()) || !agrees(digest)) {
        different.add(at);
      }
      tree.directories().trim();
    }
    return new Reply.Examined(different);
  }

  private boolean agrees(SpanDigest wanted) throws PosixException, ProtocolException {
    Directory directory = directory(wanted.directory());
    if (directory == null) {
      return false;
    }
    SpanDigest.Builder builder = new SpanDigest.Builder();
    if (wanted.span().isFirst()) {
      try (Node node = tree.itself(directory)) {
        builder.itself(itself(directory.gfid(), node));
      }
    }
    List<FileName> part = part(directory, wanted.span());
    if (part.size() > MOST_NAMES) {
      return false;
    }
    for (FileName name : part) {
      try (Node node = openOrNull(directory, name)) {
        if (node == null || isKept(directory.at(name))) {
          continue;
        }
        Found found = tree.found(directory, name, node);
        if (found.isForeign() || !isOneFile(found) || tree.isDoubted(found)) {
          return false;
        }
        Gfid gfid = found.mark().orElseThrow().gfid();
        if (found.isDirectory()) {
          builder.addDirectory(name, gfid);
        } else {
          builder.add(name, state(found, node));
        }
      }
    }
    return builder.finish(wanted.directory(), wanted.span()).equals(wanted);
  }

  /** Returns a directory; null also for one that others removed while it was open here. */
  private @Nullable Directory directory(Gfid gfid) throws PosixException {
    Directory directory = tree.directories().get(gfid);
    if (directory == null) {
      return null;
    }
    try (Node node = tree.itself(directory)) {
      if (node.stat().nlink() > 0) {
        return directory;
      }
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
    tree.directories().forget(gfid);
    return tree.directories().get(gfid);
  }

  /** A name the session keeps on the secondary although the primary does not show it. */
  private boolean isKept(Place place) {
    return inventory.entry(place).filter(Entry::kept).isPresent();
  }

  /** Null for nothing, and for the root of a mount, which is not ours to look at. */
  private @Nullable Node openOrNull(Directory directory, FileName name) throws PosixException {
    try {
      return tree.open(directory, name);
    } catch (PosixException e) {
      if (e.is(Errno.EXDEV)) {
        return null;
      }
      throw e;
    }
  }

  private EntryState itself(Gfid gfid, Node node) throws PosixException {
    OptionalInt before = touched.modeBefore(gfid);
    return RealEntry.of(libc, node)
        .state(gfid, before.orElse(node.stat().permissions()), Kind.DIRECTORY, 0);
  }

  private EntryState state(Found found, Node node) throws PosixException {
    Gfid gfid = found.mark().orElseThrow().gfid();
    return RealEntry.of(libc, node)
        .state(gfid, node.stat().permissions(), found.kind(), found.rdev());
  }

  private List<FileName> part(Directory directory, NameSpan span) throws PosixException {
    if (span.isFirst() || listed == null || !listed.equals(directory.gfid())) {
      names = new ArrayList<>(tree.names(directory));
      Collections.sort(names);
    }
    List<FileName> part = within(names, span);
    listed = span.upTo().isPresent() ? directory.gfid() : null;
    if (listed == null) {
      names = List.of();
    }
    return part;
  }

  private static List<FileName> within(List<FileName> sorted, NameSpan span) {
    int from = span.after().map(name -> behind(sorted, name)).orElse(0);
    int to = span.upTo().map(name -> behind(sorted, name)).orElse(sorted.size());
    return List.copyOf(sorted.subList(from, Math.max(from, to)));
  }

  private static int behind(List<FileName> sorted, FileName name) {
    int at = Collections.binarySearch(sorted, name);
    return at < 0 ? -at - 1 : at + 1;
  }

  /** Returns the differences one by one. */
  public Reply.Inspected inspect(Request.Inspect request) throws PosixException {
    List<Finding> findings = new ArrayList<>();
    boolean visible = !tree.directories().isHidden(request.directory());
    Directory directory = visible ? directory(request.directory()) : null;
    if (directory == null && visible && keeping.addsNothing()) {
      return new Reply.Inspected(findings, Optional.empty());
    }
    if (directory == null) {
      Trait missing = new Trait(Aspect.MISSING, "", "");
      findings.add(new Finding(Optional.empty(), List.of(missing), Optional.empty(), 0));
      return new Reply.Inspected(findings, Optional.empty());
    }
    if (request.itself().isPresent()) {
      itself(directory, request.itself().get()).ifPresent(findings::add);
    }
    Map<FileName, Want> wants = new HashMap<>();
    request.wants().forEach(want -> wants.put(want.name(), want));
    TreeSet<FileName> all = new TreeSet<>(wants.keySet());
    if (request.span().isPresent()) {
      all.addAll(part(directory, request.span().get()));
    }
    for (FileName name : all) {
      if (findings.size() >= MOST_FINDINGS) {
        return new Reply.Inspected(findings, Optional.ofNullable(all.lower(name)));
      }
      Want want = wants.getOrDefault(name, new Want.Absent(name));
      name(directory, want).ifPresent(findings::add);
    }
    return new Reply.Inspected(findings, Optional.empty());
  }

  private Optional<Finding> itself(Directory directory, EntryState want) throws PosixException {
    try (Node node = tree.itself(directory)) {
      List<Trait> traits = differences.of(want, itself(directory.gfid(), node));
      return finding(Optional.empty(), traits, node);
    }
  }

  private static Optional<Finding> finding(
      Optional<FileName> name, List<Trait> traits, @Nullable Node node) {
    if (traits.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            name,
            traits,
            node == null ? Optional.empty() : Optional.of(node.stat().ctime()),
            node == null ? 0 : node.stat().inode()));
  }

  private Optional<Finding> name(Directory directory, Want want) throws PosixException {
    FileName name = want.name();
    if (want instanceof Want.Excluded
        || want instanceof Want.Covered
        || tree.isReserved(directory, name)) {
      return Optional.empty();
    }
    try (Node node = openOrNull(directory, name)) {
      return finding(Optional.of(name), traits(directory, want, node), node);
    }
  }

  private List<Trait> traits(Directory directory, Want want, @Nullable Node node)
      throws PosixException {
    FileName name = want.name();
    if (!(want instanceof Want.Present present)) {
      return node == null || isKept(directory.at(name)) || isOthers(directory, name, node)
          ? List.of()
          : List.of(new Trait(Aspect.EXTRA, "", word(node.kind())));
    }
    EntryState state = present.state();
    if (node == null && keeping.addsNothing() && isNowhere(state.gfid())) {
      return List.of();
    }
    if (node == null) {
      return List.of(new Trait(Aspect.MISSING, word(state.kind()), ""));
    }
    Found found = tree.found(directory, name, node);
    List<Trait> traits = new ArrayList<>();
    if (found.isForeign()) {
      traits.add(new Trait(Aspect.REPLACED, "", ""));
    } else if (!found.is(state.gfid())) {
      traits.add(
          new Trait(
              Aspect.IDENTITY,
              state.gfid().toString(),
              found.mark().orElseThrow().gfid().toString()));
    } else if (!isOneFile(found)) {
      traits.add(new Trait(Aspect.LINKS, "", ""));
    }
    if (found.kind() != state.kind()) {
      traits.add(new Trait(Aspect.KIND, word(state.kind()), word(found.kind())));
    } else if (traits.isEmpty() && !found.isDirectory()) {
      traits.addAll(differences.of(state, state(found, node)));
      if (tree.isDoubted(found)) {
        traits.add(new Trait(Aspect.CONTENT, "", ""));
      }
    }
    return traits;
  }

  /** What a mount hides is somewhere. */
  private boolean isNowhere(Gfid gfid) throws PosixException {
    try {
      return tree.places(gfid).isEmpty();
    } catch (PosixException e) {
      if (e.is(Errno.EXDEV)) {
        return false;
      }
      throw e;
    }
  }

  private boolean isOthers(Directory directory, FileName name, Node node) throws PosixException {
    return keeping.keepsForeign() && tree.found(directory, name, node).isForeign();
  }

  private static String word(Kind kind) {
    return switch (kind) {
      case FILE -> "file";
      case DIRECTORY -> "directory";
      case SYMLINK -> "symlink";
      case FIFO -> "fifo";
      case SOCKET -> "socket";
      case CHARACTER_DEVICE -> "character device";
      case BLOCK_DEVICE -> "block device";
    };
  }

  /**
   * Returns whether all names of a gfid are one inode. Each is compared with the first, so they are
   * if this holds for each.
   */
  private boolean isOneFile(Found found) throws PosixException {
    if (found.isDirectory()) {
      return true;
    }
    Gfid gfid = found.mark().orElseThrow().gfid();
    for (Iterator<Place> all = inventory.eachPlace(gfid); all.hasNext(); ) {
      Place place = all.next();
      if (place.equals(found.place())) {
        return true;
      }
      Directory other =
          tree.directories().isHidden(place.directory())
              ? null
              : tree.directories().get(place.directory());
      Found first = other == null || other.isLimbo() ? null : tree.look(other, place.name());
      if (first != null && first.is(gfid)) {
        return first.sameInode(found);
      }
    }
    return true;
  }
}
