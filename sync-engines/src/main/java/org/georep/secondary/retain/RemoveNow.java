package org.georep.secondary.retain;

import java.util.Objects;
import org.georep.posix.PosixException;
import org.georep.secondary.tree.Found;
import org.georep.secondary.tree.Tree;

/** Keeps no past: what leaves is removed. */
public final class RemoveNow implements Retention {
  private final Tree tree;

  /** Makes it for a tree. */
  public RemoveNow(Tree tree) {
    this.tree = Objects.requireNonNull(tree, "tree is null");
  }

  @Override
  public void leave(Found found) throws PosixException {
    tree.remove(found);
  }
}
