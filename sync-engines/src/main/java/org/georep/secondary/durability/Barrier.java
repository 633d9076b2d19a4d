package org.georep.secondary.durability;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import org.georep.name.Gfid;
import org.georep.posix.Libc;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.reconcile.Incomplete;
import org.georep.secondary.retain.Discard;
import org.georep.secondary.tree.Limbo;
import org.georep.secondary.tree.Touched;
import org.georep.secondary.tree.Tree;

/**
 * Makes what was done durable, and only then says so.
 *
 * <p>The file system is synced; then the listed directories lose their incomplete marks; then stime
 * is written, durably; then limbo lets go; last the inventory is committed. A crash after any of
 * these leaves something true: a mark too many costs a listing, an old stime a replay, an item of
 * limbo too many nothing, an old inventory a comparison.
 */
public final class Barrier {
  private final Libc libc;
  private final Clock clock;
  private final int descriptor;
  private final ControlFiles files;
  private final Tree tree;
  private final Touched touched;
  private final Inventory inventory;
  private final Incomplete incomplete;
  private final Limbo limbo;
  private final Discard discard;

  /**
   * Makes it.
   *
   * @param descriptor a directory of the file system, not O_PATH
   */
  public Barrier(
      Libc libc,
      Clock clock,
      int descriptor,
      ControlFiles files,
      Tree tree,
      Touched touched,
      Inventory inventory,
      Incomplete incomplete,
      Limbo limbo,
      Discard discard) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.descriptor = descriptor;
    this.files = Objects.requireNonNull(files, "files is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.touched = Objects.requireNonNull(touched, "touched is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.incomplete = Objects.requireNonNull(incomplete, "incomplete is null");
    this.limbo = Objects.requireNonNull(limbo, "limbo is null");
    this.discard = Objects.requireNonNull(discard, "discard is null");
  }

  /**
   * Carries it out.
   *
   * @throws IOException if it is not known to be durable; nothing is claimed then
   */
  public Reply.Synced sync(Request.Barrier request) throws IOException {
    Instant begun = clock.instant();
    libc.syncfs(descriptor);
    for (Gfid directory : request.listed()) {
      incomplete.clear(directory, request.upToBatch());
      tree.directories().trim();
    }
    if (request.stime().isPresent()) {
      files.writeStime(request.stime().get());
    }
    long gone = request.discardUpTo() < 0 ? 0 : discard.upTo(request.discardUpTo());
    touched.restore(tree.directories());
    inventory.commit(begun);
    return new Reply.Synced(limbo.size(), gone);
  }

  /** Makes everything durable and notes a clean end. */
  public void end() throws IOException {
    Instant begun = clock.instant();
    libc.syncfs(descriptor);
    inventory.commit(begun);
    inventory.close();
    files.deleteRunning();
  }
}
