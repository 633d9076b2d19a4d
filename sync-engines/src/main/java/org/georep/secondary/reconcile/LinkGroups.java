package org.georep.secondary.reconcile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;

/**
 * The files with several names that one request attaches names of.
 *
 * <p>A file may have tens of thousands of names, and a request thousands of them. Looking at all
 * for each would take hours, so the names are looked at once, and remembered is which inodes they
 * are, and one name of each. Invariant: what is remembered is true, or looked at anew. A remembered
 * name is looked at again before it is used; a group of which a name is about to go, or of which
 * another inode is met, is forgotten. For the attaching of one request, and one thread.
 */
final class LinkGroups {
  private final Tree tree;
  private final Map<Gfid, Group> groups = new LinkedHashMap<>();

  LinkGroups(Tree tree) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
  }

  /**
   * Returns the names here of a file that has several.
   *
   * @param now what is at the name to be attached, if anything is
   */
  Group of(EntryState state, @Nullable Found now) {
    Group group = groups.computeIfAbsent(state.gfid(), none -> new Group(state));
    if (now != null && now.is(state.gfid()) && !group.has(now)) {
      group.known = false; // another inode of it, or one of another kind
    }
    return group;
  }

  /** Returns whether a name of this file was met that is one of several. */
  boolean has(Gfid gfid) {
    return groups.containsKey(gfid);
  }

  /** Something of this gfid is about to lose a name. */
  void loses(Gfid gfid) {
    Group group = groups.get(gfid);
    if (group != null) {
      group.known = false;
    }
  }

  /** Returns those to be finished. */
  List<Group> wanted() {
    return groups.values().stream().filter(group -> group.wanted).toList();
  }

  /** The names here of one file. */
  final class Group {
    private final Map<Long, Place> inodes = new LinkedHashMap<>();
    private EntryState state;
    private boolean known;
    private boolean believed;
    private boolean wanted;

    private Group(EntryState state) {
      this.state = state;
    }

    /** Returns one name of it, as it is; null if there is none here. */
    @Nullable Found first() throws PosixException {
      if (known) {
        for (Map.Entry<Long, Place> one : inodes.entrySet()) {
          Found found = look(one.getValue());
          if (found != null && found.stat().inode() == one.getKey()) {
            return found;
          }
          break;
        }
      }
      List<Found> places = places();
      return places.isEmpty() ? null : places.get(0);
    }

    /** Returns all names of it, looked at now. */
    List<Found> places() throws PosixException {
      List<Found> places = Metadata.ofKind(tree.places(state.gfid()), state);
      inodes.clear();
      places.forEach(found -> inodes.putIfAbsent(found.stat().inode(), found.place()));
      known = true;
      return places;
    }

    /** Returns a name of each of its inodes, looked at now. */
    List<Found> inodes() throws PosixException {
      List<Found> found = new ArrayList<>(inodes.size());
      for (Map.Entry<Long, Place> one : inodes.entrySet()) {
        Found now = known ? look(one.getValue()) : null;
        if (now == null || now.stat().inode() != one.getKey()) {
          return places();
        }
        found.add(now);
      }
      return found.isEmpty() ? places() : found;
    }

    private @Nullable Found look(Place place) throws PosixException {
      Directory directory = tree.directories().get(place.directory());
      Found found = directory == null ? null : tree.look(directory, place.name());
      return found != null && found.is(state.gfid()) && found.kind() == state.kind() ? found : null;
    }

    /** Returns whether this is one of its inodes, as far as is remembered. */
    boolean has(Found found) {
      return found.is(state.gfid()) && inodes.containsKey(found.stat().inode());
    }

    /** Returns once whether it has yet to be found out whether its contents are believed. */
    boolean isToBeBelieved() {
      boolean was = believed;
      believed = true;
      return !was;
    }

    /** A name was attached: this is what the file is to be. */
    void wanted(EntryState latest) {
      state = latest;
      wanted = true;
    }

    /** Returns what the file is to be. */
    EntryState state() {
      return state;
    }
  }
}
