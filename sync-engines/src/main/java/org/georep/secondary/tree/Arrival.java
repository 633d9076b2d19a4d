package org.georep.secondary.tree;

import java.util.Objects;
import org.georep.name.FileName;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;

/** What a data channel left in its place of the stage: the inode, and one name of it. */
public final class Arrival implements AutoCloseable {
  private final Libc libc;
  private final Node node;
  private final int parent;
  private final boolean ownParent;
  private final FileName name;

  Arrival(Libc libc, Node node, int parent, boolean ownParent, FileName name) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.node = Objects.requireNonNull(node, "node is null");
    this.parent = parent;
    this.ownParent = ownParent;
    this.name = Objects.requireNonNull(name, "name is null");
  }

  /** Returns the inode, open. */
  public Node node() {
    return node;
  }

  /** Returns the descriptor of the directory it is in. */
  public int parent() {
    return parent;
  }

  /** Returns its name there. */
  public FileName name() {
    return name;
  }

  @Override
  public void close() throws PosixException {
    try {
      node.close();
    } finally {
      if (ownParent) {
        libc.close(parent);
      }
    }
  }
}
