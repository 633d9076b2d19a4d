package org.georep.secondary.session;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.name.EntryPath;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.protocol.Keeping;
import org.georep.protocol.MinFree;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.durability.ControlFiles;
import org.georep.secondary.durability.Lock;
import org.georep.secondary.durability.LockHolder;
import org.georep.secondary.durability.PromotionFile;
import org.georep.secondary.durability.SecondaryId;
import org.georep.secondary.failpoint.FailoverFailpoint;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.tree.Room;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a secondary an ordinary directory.
 *
 * <p>In this order, each step durable before the next: the id says a newer epoch and the time, so
 * that from here on no agent opens the secondary; an agent that has it open is ended, as by
 * SIGTERM, after its request; what is missing is written down; then, as at any start of an agent,
 * the stage is emptied, modes and flags that were changed for the moment are put back, and limbo is
 * emptied; all is synced; the id says that it is settled, and the time again.
 *
 * <p>A crash leaves the secondary as it was, or refused to everybody and not settled: then the same
 * is run again, and goes on in the same epoch. Settled, nothing is done any more, and what was
 * written down is told again. Identities, inventory and stime stay, for failing back.
 */
final class Promotion {
  private static final Logger LOG = LoggerFactory.getLogger(Promotion.class);
  private static final byte[] ITSELF = {};
  private static final int TRIES = 30;
  private static final int KILL_AFTER = 20;
  private static final int TRY_MILLIS = 1000;

  private final Libc libc;
  private final Clock clock;
  private final Opening opening;

  Promotion(Libc libc, Opening opening) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.opening = Objects.requireNonNull(opening, "opening is null");
    this.clock = opening.clock();
  }

  /** Carries it out. */
  Reply.Promoted carryOut(Request.Promote request) throws IOException {
    RootDirectory directory = new RootDirectory(libc, request.root());
    int root = directory.openUnlocked();
    if (root < 0) {
      throw new Refusal(
          Reply.Refusal.UNUSABLE,
          directory + " is not there. Give the directory of a secondary on this host");
    }
    int control = -1;
    try {
      control = Control.openExisting(libc, root);
      ControlFiles files = control < 0 ? null : new ControlFiles(libc, control);
      Optional<SecondaryId> id = files == null ? Optional.empty() : files.readId();
      if (files == null || id.isEmpty()) {
        throw new Refusal(
            Reply.Refusal.UNUSABLE,
            directory + " is no secondary of georep's, so there is nothing to be promoted");
      }
      if (request.dryRun() || isSettled(id.get())) {
        return told(id.get(), files, control, isSettled(id.get()), false);
      }
      requireOwner(directory, control);
      return promote(directory, root, control, files, id.get());
    } catch (PosixException e) {
      throw directory.unusable(e);
    } finally {
      if (control >= 0) {
        libc.close(control);
      }
      directory.giveBack(root);
      libc.close(root);
    }
  }

  private static boolean isSettled(SecondaryId id) {
    return id.promoted().isPresent() && id.settled();
  }

  private void requireOwner(RootDirectory directory, int control) throws IOException {
    int owner = libc.statx(control, ITSELF, Linux.AT_EMPTY_PATH).uid();
    if (owner != libc.geteuid()) {
      throw new Refusal(
          Reply.Refusal.UNUSABLE,
          directory
              + " was kept by the user of number "
              + owner
              + ", who has to promote it, too: sudo -u '#"
              + owner
              + "' georep promote "
              + directory);
    }
  }

  private Reply.Promoted promote(
      RootDirectory directory, int root, int control, ControlFiles files, SecondaryId id)
      throws IOException {
    fence(control, files, id);
    FailoverFailpoint.PROMOTE_FENCED.reached();
    boolean ended = false;
    @Nullable Lock lock = Lock.take(libc, control, 0);
    for (int tries = 0; lock == null; tries++) {
      if (tries == TRIES) {
        throw new Refusal(
            Reply.Refusal.LOCKED,
            directory
                + " takes no changes any more, but an agent still has it open and does not end."
                + " End it, and run this again");
      }
      ended |= end(control, tries >= KILL_AFTER);
      lock = Lock.take(libc, control, TRY_MILLIS);
    }
    SecondaryId fenced;
    @Nullable OpenSecondary secondary;
    boolean handed = false;
    try {
      // An agent that was just opening may have written its own over it.
      fenced = fence(control, files, files.readId().orElse(id));
      FailoverFailpoint.PROMOTE_LOCKED.reached();
      secondary = open(directory, root, lock, fenced);
      handed = secondary != null;
    } finally {
      if (!handed) {
        lock.close();
      }
    }
    if (secondary != null) {
      clean(secondary, new PromotionFile(libc, control), fenced.epoch());
    }
    FailoverFailpoint.PROMOTE_CLOSED.reached();
    SecondaryId settled = fenced.promoted(fenced.epoch(), clock.instant(), true);
    files.writeId(settled);
    return told(settled, files, control, false, ended);
  }

  private SecondaryId fence(int control, ControlFiles files, SecondaryId id) throws IOException {
    if (id.promoted().isPresent()) {
      return id;
    }
    SecondaryId fenced = id.promoted(id.epoch() + 1, clock.instant(), false);
    new Room(libc, control, MinFree.NONE).write(() -> files.writeId(fenced));
    return fenced;
  }

  private boolean end(int control, boolean byForce) throws IOException {
    Optional<ProcessHandle> holder = new LockHolder(libc, control).find();
    holder.ifPresent(
        process -> {
          LOG.info("Ending the agent that has it open, process {}", process.pid());
          if (byForce) {
            process.destroyForcibly();
          } else {
            process.destroy();
          }
        });
    return holder.isPresent();
  }

  /**
   * Opens it as an agent does, which clears the stage and undoes what was done for the moment; null
   * if it has lost its identities.
   */
  private @Nullable OpenSecondary open(RootDirectory directory, int root, Lock lock, SecondaryId id)
      throws IOException {
    Marks marks = new Marks(libc, Identity.on(libc, root), root, opening.isRoot());
    if (marks.read(root).filter(mark -> isRootOf(mark, id)).isEmpty()) {
      LOG.warn("{} has lost its identities: it is taken as it stands", directory);
      return null;
    }
    int again = libc.openat(root, new byte[] {'.'}, Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    int control = -1;
    @Nullable OpenSecondary secondary = null;
    try {
      control = Control.openExisting(libc, again);
      ControlFiles files = new ControlFiles(libc, control);
      secondary =
          opening
              .open(asOwner(id), directory, again, control, lock, files, Optional.of(id))
              .secondary();
      return secondary;
    } finally {
      if (secondary == null) {
        if (control >= 0) {
          libc.close(control);
        }
        libc.close(again);
      }
    }
  }

  private static void clean(OpenSecondary secondary, PromotionFile file, long epoch)
      throws IOException {
    boolean done = false;
    try {
      if (file.read(epoch).isEmpty()) {
        file.write(epoch, secondary.lacking());
      }
      FailoverFailpoint.PROMOTE_TOLD.reached();
      secondary.emptyLimbo();
      FailoverFailpoint.PROMOTE_EMPTIED.reached();
      done = true;
    } finally {
      if (done) {
        secondary.close();
      } else {
        secondary.abandon();
      }
    }
  }

  private static boolean isRootOf(Mark mark, SecondaryId id) {
    return mark.gfid().equals(id.root());
  }

  private static Request.Hello asOwner(SecondaryId id) {
    return new Request.Hello(
        new byte[] {'.'},
        id.session(),
        id.volume(),
        id.root(),
        Request.Mode.REPLICATE,
        "promotion",
        Keeping.NOTHING,
        MinFree.NONE);
  }

  private Reply.Promoted told(
      SecondaryId id, ControlFiles files, int control, boolean before, boolean ended)
      throws IOException {
    Optional<PromotionFile.Lacking> lacking = new PromotionFile(libc, control).read(id.epoch());
    return new Reply.Promoted(
        id.session(),
        id.volume(),
        id.epoch(),
        id.promoted().orElseGet(clock::instant),
        files.readStime(),
        before,
        ended,
        lacking.isPresent(),
        lacking.map(PromotionFile.Lacking::incomplete).orElse(0L),
        lacking.map(PromotionFile.Lacking::doubted).orElse(0L),
        lacking.map(PromotionFile.Lacking::placeless).orElse(0L),
        lacking.map(PromotionFile.Lacking::paths).orElse(List.<EntryPath>of()),
        id.origin());
  }
}
