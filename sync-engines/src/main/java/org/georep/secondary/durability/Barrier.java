package org.georep.secondary.durability;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.PosixException;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.identity.Headroom;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.reconcile.Incomplete;
import org.georep.secondary.retain.Release;
import org.georep.secondary.tree.Limbo;
import org.georep.secondary.tree.Room;
import org.georep.secondary.tree.Touched;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what was done durable, and only then says so.
 *
 * <p>The file system is synced; then the listed directories lose their incomplete marks; then stime
 * is written, durably; then limbo lets go; last the inventory is committed. A crash after any of
 * these leaves something true: a mark too many costs a listing, an old stime a replay, an item of
 * limbo too many nothing, an old inventory a comparison.
 *
 * <p>On a full disk limbo lets go first, for that makes room; a replay that misses one of its items
 * sends it again. An inventory that cannot be committed stays in memory and costs comparisons after
 * a crash; a stime that cannot be written fails the barrier.
 */
public final class Barrier {
  private static final Logger LOG = LoggerFactory.getLogger(Barrier.class);

  private final Clock clock;
  private final WholeSync whole;
  private final ControlFiles files;
  private final Tree tree;
  private final Touched touched;
  private final Inventory inventory;
  private final Incomplete incomplete;
  private final Limbo limbo;
  private final Release release;
  private final Room room;
  private final @Nullable Headroom headroom;
  private boolean uncommitted;

  /**
   * Makes it.
   *
   * @param whole syncs the file system
   * @param headroom of the inventory's file; null if it has none
   */
  public Barrier(
      Clock clock,
      WholeSync whole,
      ControlFiles files,
      Tree tree,
      Touched touched,
      Inventory inventory,
      Incomplete incomplete,
      Limbo limbo,
      Release release,
      Room room,
      @Nullable Headroom headroom) {
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.whole = Objects.requireNonNull(whole, "whole is null");
    this.files = Objects.requireNonNull(files, "files is null");
    this.tree = Objects.requireNonNull(tree, "tree is null");
    this.touched = Objects.requireNonNull(touched, "touched is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.incomplete = Objects.requireNonNull(incomplete, "incomplete is null");
    this.limbo = Objects.requireNonNull(limbo, "limbo is null");
    this.release = Objects.requireNonNull(release, "release is null");
    this.room = Objects.requireNonNull(room, "room is null");
    this.headroom = headroom;
  }

  /**
   * Carries it out.
   *
   * @throws IOException if it is not known to be durable; nothing is claimed then
   */
  public Reply.Synced sync(Request.Barrier request) throws IOException {
    Instant begun = clock.instant();
    whole.run();
    AgentFailpoint.BARRIER_SYNCED.reached();
    for (Gfid directory : request.listed()) {
      incomplete.clear(directory, request.upToBatch());
      tree.directories().trim();
    }
    AgentFailpoint.BARRIER_CLEARED.reached();
    long gone = room.isShort() ? release(request, begun) : 0;
    if (request.stime().isPresent()) {
      Instant stime = request.stime().get();
      room.write(() -> files.writeStime(stime));
      AgentFailpoint.BARRIER_STIME.reached();
    }
    gone += release(request, begun);
    AgentFailpoint.BARRIER_DISCARDED.reached();
    touched.restore(tree.directories());
    commit(begun);
    room.look();
    return new Reply.Synced(limbo.size(), gone, room.trouble());
  }

  private long release(Request.Barrier request, Instant begun) throws IOException {
    long gone = 0;
    boolean isMore = request.discardUpTo() >= 0;
    while (isMore) {
      Release.Released released = release.upTo(request.discardUpTo());
      gone += released.gone();
      isMore = released.isMore();
      if (isMore) {
        // What the inventory has to write is held in memory until then.
        touched.restore(tree.directories());
        commit(begun);
      }
    }
    return gone;
  }

  private void commit(Instant begun) throws IOException {
    try {
      if (headroom != null) {
        Headroom behind = headroom;
        room.write(() -> behind.ensure(inventory.unsaved()));
      }
    } catch (PosixException e) {
      if (!e.is(Errno.ENOSPC, Errno.EDQUOT, Errno.EROFS)) {
        throw e;
      }
      if (!uncommitted) {
        LOG.warn("The inventory stays in memory for now: {}", e.getMessage());
      }
      uncommitted = true;
      return;
    }
    AgentFailpoint.BARRIER_ROOM.reached();
    try {
      inventory.commit(begun);
    } catch (IOException e) {
      // The kernel tells of a failed write once: the next commit would claim what this one lost.
      whole.fails(e);
      try {
        inventory.discard();
      } catch (IOException stays) {
        e.addSuppressed(stays);
      }
      throw e;
    }
    AgentFailpoint.BARRIER_DONE.reached();
    uncommitted = !inventory.isKept();
  }

  /** Makes everything durable and notes a clean end, if the inventory could be written. */
  public void end() throws IOException {
    Instant begun = clock.instant();
    whole.run();
    AgentFailpoint.END_SYNCED.reached();
    commit(begun);
    if (uncommitted) {
      inventory.abandon();
      return;
    }
    inventory.close(!room.isShort());
    AgentFailpoint.END_CLOSED.reached();
    files.deleteRunning();
  }
}
