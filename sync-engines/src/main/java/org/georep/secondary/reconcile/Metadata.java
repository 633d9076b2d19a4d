package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.secondary.tree.Attributes;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Touched;
import org.georep.secondary.tree.Tree;

/**
 * Attributes by gfid. A file's mtime is not among them: it tells which contents it has and is set
 * together with them.
 */
final class Metadata {
  private final Tree tree;
  private final Attributes attributes;
  private final Touched touched;
  private final Contents contents;

  Metadata(Tree tree, Attributes attributes, Touched touched, Contents contents) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.attributes = Objects.requireNonNull(attributes, "attributes is null");
    this.touched = Objects.requireNonNull(touched, "touched is null");
    this.contents = Objects.requireNonNull(contents, "contents is null");
  }

  /**
   * Sets the attributes of an inode wherever it is; does nothing if it is not here.
   *
   * @return a file whose contents are not those of this state, by their token
   */
  Optional<Found> set(EntryState state) throws PosixException {
    if (state.isDirectory()) {
      Directory directory = tree.directories().get(state.gfid());
      if (directory != null) {
        set(directory, state);
      }
    } else {
      List<Found> places = ofKind(tree.places(state.gfid()), state);
      if (!places.isEmpty()) {
        set(places, state);
        return isWhole(places, state) ? Optional.empty() : Optional.of(places.get(0));
      }
    }
    return Optional.empty();
  }

  /** Sets the attributes of a directory. */
  void set(Directory directory, EntryState state) throws PosixException {
    try (Node node = tree.itself(directory)) {
      attributes.set(node, state, true);
    }
    touched.given(directory.gfid(), state.mtime(), state.permissions());
    contents.applied(state, true);
    tree.directories().given(directory.gfid(), state.permissions());
  }

  /** Sets the attributes of what is not a directory, at these places, which are all of it. */
  void set(List<Found> places, EntryState state) throws PosixException {
    List<Found> done = new ArrayList<>();
    for (Found place : places) {
      if (done.stream().noneMatch(place::sameInode)) {
        set(place, state);
        done.add(place);
      }
    }
    contents.applied(state, isWhole(places, state));
  }

  private void set(Found place, EntryState state) throws PosixException {
    try (Node node = tree.open(place.directory(), place.name())) {
      if (node != null && node.stat().inode() == place.stat().inode()) {
        attributes.set(node, state, !state.isFile());
      }
    }
  }

  /** Returns whether all places are one inode that has the contents of this state. */
  static boolean isWhole(List<Found> places, EntryState state) {
    Found first = places.get(0);
    return places.stream().allMatch(first::sameInode)
        && (!state.isFile()
            || (first.stat().size() == state.size()
                && first.mark().isPresent()
                && first.mark().get().token().filter(state.token()::equals).isPresent()));
  }

  static List<Found> ofKind(List<Found> places, EntryState state) {
    List<Found> same = new ArrayList<>(places);
    same.removeIf(place -> place.kind() != state.kind());
    return same;
  }
}
