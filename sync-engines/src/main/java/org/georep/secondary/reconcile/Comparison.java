package org.georep.secondary.reconcile;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.ProcPath;
import org.georep.protocol.ContentDigest;
import org.georep.protocol.EntryState;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.receive.Bases;
import org.georep.secondary.tree.Attributes;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Tree;

/**
 * Compares contents with a SHA-256 of the primary's. A copy that agrees keeps its inode and gets
 * the token and attributes of that state; the others are left as they are.
 *
 * <p>No copy agrees while a name waits for the file: the name is served by what is sent, and
 * nothing would be sent any more.
 */
public final class Comparison {
  private static final int STEP = 1 << 20;

  private final Libc libc;
  private final Tree tree;
  private final Directories directories;
  private final Inventory inventory;
  private final Attributes attributes;
  private final Contents contents;
  private final Awaiting awaiting;
  private final ByteBuffer step = ByteBuffer.allocateDirect(STEP);

  Comparison(
      Libc libc,
      Tree tree,
      Inventory inventory,
      Attributes attributes,
      Contents contents,
      Awaiting awaiting) {
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.directories = tree.directories();
    this.attributes = Objects.requireNonNull(attributes, "attributes is null");
    this.contents = Objects.requireNonNull(contents, "contents is null");
    this.awaiting = Objects.requireNonNull(awaiting, "awaiting is null");
  }

  /** Carries it out; what cannot be read here does not agree. */
  public Reply.Same compare(Request.CompareContents request) {
    List<Gfid> same = new ArrayList<>();
    Set<Gfid> named = new LinkedHashSet<>();
    for (Request.Content content : request.files()) {
      try {
        List<Found> places = tree.places(content.state().gfid());
        if (mayBeTaken(content.state().gfid(), request.batch()) && agrees(places, content)) {
          same.add(content.state().gfid());
          places.stream()
              .filter(place -> !place.directory().isLimbo())
              .forEach(place -> named.add(place.directory().gfid()));
        }
      } catch (PosixException e) {
        directories
            .candidates(content.state().gfid())
            .forEach(p -> directories.forget(p.directory()));
      }
      directories.trim();
    }
    return new Reply.Same(same, new ArrayList<>(named));
  }

  /**
   * Takes a copy for up to date whose digests were compared by the replicator, if it still is the
   * file that was digested, as it was then. The primary's has no holes; one that has is made again.
   */
  public Reply.Same confirm(Request.Confirm request, Bases bases) throws PosixException {
    EntryState state = request.state();
    List<Found> places = places(state.gfid());
    if (!mayBeTaken(state.gfid(), request.batch())
        || places.isEmpty()
        || !places.stream().allMatch(places.get(0)::sameInode)) {
      return new Reply.Same(List.of(), List.of());
    }
    Set<Gfid> named = new LinkedHashSet<>();
    try (Node node = tree.open(places.get(0).directory(), places.get(0).name())) {
      if (node == null
          || node.stat().size() != state.size()
          || !bases.isStill(request.basis(), node)
          || bases.hasHoles(request.basis())) {
        return new Reply.Same(List.of(), List.of());
      }
      take(node, state);
    }
    contents.verified(state);
    places.stream()
        .filter(place -> !place.directory().isLimbo())
        .forEach(place -> named.add(place.directory().gfid()));
    directories.trim();
    return new Reply.Same(List.of(state.gfid()), new ArrayList<>(named));
  }

  /** Returns none if a mount hides one. */
  private List<Found> places(Gfid gfid) throws PosixException {
    try {
      return tree.places(gfid);
    } catch (PosixException e) {
      if (e.is(Errno.EXDEV)) {
        return List.of();
      }
      throw e;
    }
  }

  private boolean mayBeTaken(Gfid gfid, long batch) {
    return contents.isBelieved(gfid, batch) && awaiting.of(gfid, batch).isEmpty();
  }

  private boolean agrees(List<Found> places, Request.Content content) throws PosixException {
    EntryState state = content.state();
    if (places.isEmpty()
        || !state.isFile() // to open a FIFO waits for a writer
        || places.get(0).kind() != state.kind()
        || places.get(0).stat().size() != state.size()
        || !places.stream().allMatch(places.get(0)::sameInode)) {
      return false;
    }
    try (Node node = tree.open(places.get(0).directory(), places.get(0).name())) {
      if (node == null || !Arrays.equals(digest(node), content.digest())) {
        return false;
      }
      take(node, state);
    }
    contents.verified(state);
    return true;
  }

  /**
   * Gives a copy that agrees its token and attributes. What is killed or fails in between must not
   * look like somebody else's change: a token tells mtime and size, and each step changes ctime.
   */
  private void take(Node node, EntryState state) throws PosixException {
    try {
      if (!node.stat().mtime().equals(state.mtime())) {
        tree.mark(node, Mark.of(state.gfid()));
      }
      attributes.set(node, state, true);
      tree.mark(node, Mark.of(state.gfid(), state.token()));
    } catch (PosixException e) {
      inventory.forgetTouches(state.gfid());
      throw e;
    }
  }

  private byte[] digest(Node node) throws PosixException {
    int file = libc.openat(Linux.AT_FDCWD, ProcPath.of(node.descriptor()), Linux.O_RDONLY, 0);
    try {
      ContentDigest digest = ContentDigest.of(libc, file, node.stat().size());
      long at = 0;
      step.clear();
      for (int read; (read = libc.pread(file, step, at)) > 0; at += read) {
        digest.add(step.flip());
        step.clear();
      }
      return digest.value();
    } finally {
      libc.close(file);
    }
  }
}
