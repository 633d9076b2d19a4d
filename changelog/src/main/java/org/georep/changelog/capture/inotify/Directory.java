package org.georep.changelog.capture.inotify;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.jspecify.annotations.Nullable;

/** A directory of the volume, watched or not; its place is changed by {@link WatchTree} only. */
final class Directory {
  /** Stands for the number of a watch that could not be had. */
  static final int UNWATCHED = -1;

  private final Gfid gfid;
  private final int watch;
  private @Nullable Directory parent;
  private @Nullable FileName name;
  private @Nullable Map<FileName, Directory> children;
  private boolean listed;

  Directory(Gfid gfid, int watch) {
    this.gfid = gfid;
    this.watch = watch;
  }

  Gfid gfid() {
    return gfid;
  }

  int watch() {
    return watch;
  }

  boolean watched() {
    return watch != UNWATCHED;
  }

  @Nullable Directory parent() {
    return parent;
  }

  @Nullable FileName name() {
    return name;
  }

  @Nullable Directory child(FileName childName) {
    return children == null ? null : children.get(childName);
  }

  Collection<Directory> children() {
    return children == null ? List.of() : children.values();
  }

  /** Whether its directories were looked for after it was watched. */
  boolean listed() {
    return listed;
  }

  void setListed(boolean value) {
    listed = value;
  }

  void putUnder(Directory newParent, FileName newName) {
    parent = newParent;
    name = newName;
    if (newParent.children == null) {
      newParent.children = new HashMap<>(4);
    }
    newParent.children.put(newName, this);
  }

  void takeOut() {
    if (parent != null && parent.children != null && name != null) {
      parent.children.remove(name);
      if (parent.children.isEmpty()) {
        parent.children = null;
      }
    }
    parent = null;
    name = null;
  }
}
