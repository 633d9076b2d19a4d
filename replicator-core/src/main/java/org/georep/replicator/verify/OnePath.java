package org.georep.replicator.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.PosixException;
import org.georep.protocol.Aspect;
import org.georep.protocol.Finding;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.replicator.plan.Filter;
import org.georep.replicator.volume.PrimaryDirectory;
import org.georep.replicator.volume.PrimaryTree;

/**
 * Finds the name that decides about one path, and has it looked at again together with every
 * directory above it, so that the secondary has where to put it.
 *
 * <p>That name is the path's own, unless the primary has no directory on the way to it: then it is
 * the first name on the way that is none, for with that one everything below is decided. For one
 * thread.
 */
final class OnePath {
  /**
   * A name.
   *
   * @param path below both roots
   * @param want what the primary has there now
   */
  record Name(Place place, EntryPath path, Want want) {}

  private final PrimaryTree tree;
  private final Filter filter;
  private final VerifyDesk desk;
  private final EntryPath path;

  OnePath(PrimaryTree tree, Filter filter, VerifyDesk desk, EntryPath path) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.filter = Objects.requireNonNull(filter, "filter is null");
    this.desk = Objects.requireNonNull(desk, "desk is null");
    this.path = Objects.requireNonNull(path, "path is null");
  }

  /**
   * Returns the names from the root down to the one that decides; none for the root itself.
   *
   * @throws IOException if the session leaves it out, or it cannot be read
   */
  List<Name> way() throws IOException {
    List<Name> way = new ArrayList<>();
    Gfid at = tree.rootGfid();
    EntryPath above = EntryPath.ROOT;
    for (FileName name : path.names()) {
      Want want = look(at, name, above.resolve(name));
      above = above.resolve(name);
      way.add(new Name(new Place(at, name), above, want));
      if (!(want instanceof Want.Present present && present.state().isDirectory())) {
        break;
      }
      at = present.state().gfid();
    }
    return way;
  }

  private Want look(Gfid directory, FileName name, EntryPath itself) throws IOException {
    Want want;
    try {
      if (!(tree.directory(directory) instanceof PrimaryTree.Found.Inside inside)) {
        throw new IOException("The directory of " + itself + " is being moved; run it again.");
      }
      try (PrimaryDirectory open = inside.directory()) {
        want = open.look(name);
      }
    } catch (PosixException e) {
      throw new IOException(
          itself + " cannot be read on the primary: " + e.getMessage() + ". See who may read it.",
          e);
    }
    if (want instanceof Want.Covered) {
      throw new IOException(
          itself
              + " is where something else is mounted on the primary, which is no part of the"
              + " volume; name a path outside of it.");
    }
    boolean directories =
        want instanceof Want.Present present
            ? present.state().isDirectory()
            : itself.names().size() < path.names().size();
    if (want instanceof Want.Excluded || filter.leavesOut(itself, directories)) {
      throw new IOException(
          "The session leaves out "
              + itself
              + ": it belongs to georep or to the file system, or the filter excludes it; see"
              + " 'georep session config'.");
    }
    return want;
  }

  /**
   * Has the whole way looked at again.
   *
   * @throws IOException if neither side has the path
   */
  void mend() throws IOException, InterruptedException {
    List<Name> way = way();
    if (!way.isEmpty()) {
      Name last = way.get(way.size() - 1);
      if (last.want() instanceof Want.Absent && !isThere(last)) {
        throw new IOException(
            "There is no "
                + path
                + " on the primary, and none on the secondary. A path is given from the primary's"
                + " root on.");
      }
      way.forEach(name -> desk.mendName(name.place()));
    } else {
      desk.mendAttributes(tree.rootGfid());
    }
  }

  private boolean isThere(Name name) throws IOException, InterruptedException {
    return inspect(name).stream().anyMatch(finding -> finding.has(Aspect.EXTRA));
  }

  /** Returns what differs at a name; contents are compared in any case. */
  List<Finding> inspect(Name name) throws IOException, InterruptedException {
    return desk
        .ask(
            new Request.Inspect(
                name.place().directory(), Optional.empty(), Optional.empty(), List.of(name.want())),
            Reply.Inspected.class)
        .findings()
        .stream()
        .flatMap(finding -> finding.without(Aspect.CONTENT).stream())
        .toList();
  }
}
