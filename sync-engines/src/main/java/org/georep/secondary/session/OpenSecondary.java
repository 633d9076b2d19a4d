package org.georep.secondary.session;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Objects;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.Keeping;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.durability.Barrier;
import org.georep.secondary.durability.ControlFiles;
import org.georep.secondary.durability.Lock;
import org.georep.secondary.durability.PromotionFile;
import org.georep.secondary.durability.WholeSync;
import org.georep.secondary.examine.Examination;
import org.georep.secondary.examine.Hashes;
import org.georep.secondary.examine.Lack;
import org.georep.secondary.identity.Headroom;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.receive.Bases;
import org.georep.secondary.receive.Receiver;
import org.georep.secondary.reconcile.Reconciliation;
import org.georep.secondary.retain.Discard;
import org.georep.secondary.retain.Placeless;
import org.georep.secondary.retain.PutBack;
import org.georep.secondary.retain.Release;
import org.georep.secondary.retain.RemoveNow;
import org.georep.secondary.tree.Conflicts;
import org.georep.secondary.tree.Directories;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.LiftedFlags;
import org.georep.secondary.tree.Limbo;
import org.georep.secondary.tree.OpenedModes;
import org.georep.secondary.tree.Origins;
import org.georep.secondary.tree.Room;
import org.georep.secondary.tree.Stage;
import org.georep.secondary.tree.Touched;
import org.georep.secondary.tree.Tree;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A secondary that is open and locked: the parts wired together, and each request handed to the one
 * whose duty it is. For one thread.
 */
final class OpenSecondary implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenSecondary.class);
  private static final int TICKET_BYTES = 16;

  private final Control control;
  private final Lock lock;
  private final Inventory inventory;
  private final Touched touched;
  private final Directories directories;
  private final Stage stage;
  private final Bases bases;
  private final Receiver receiver;
  private final Room room;
  private final @Nullable Headroom headroom;
  private final Reconciliation reconciliation;
  private final Conflicts conflicts;
  private final Examination examination;
  private final Hashes hashes;
  private final WholeSync whole;
  private final Barrier barrier;
  private final Placeless placeless;
  private final Lack lack;
  private final SecureRandom random = new SecureRandom();
  private boolean sound = true;
  private boolean unbounded;

  OpenSecondary(
      Libc libc,
      Clock clock,
      Control control,
      Lock lock,
      ControlFiles files,
      Inventory inventory,
      Marks marks,
      Directory root,
      Room room,
      Request.Mode mode,
      boolean isRoot,
      Keeping keeping,
      boolean succeeding)
      throws IOException {
    this.control = Objects.requireNonNull(control, "control is null");
    this.lock = Objects.requireNonNull(lock, "lock is null");
    this.inventory = Objects.requireNonNull(inventory, "inventory is null");
    this.room = Objects.requireNonNull(room, "room is null");
    this.whole = new WholeSync(libc, control.root(), files);
    OpenedModes modes = new OpenedModes(libc, control.control());
    LiftedFlags flags = new LiftedFlags(libc, control.control(), isRoot);
    this.touched = new Touched(libc, modes, flags);
    Directory limboDirectory = new Directory(Directory.LIMBO, control.limbo());
    this.directories =
        new Directories(libc, marks, inventory, touched, root, limboDirectory, !isRoot);
    modes.giveBack(directories);
    touched.restore(directories);
    Origins known = new Origins(libc, control.control(), inventory.limboOrigins());
    @Nullable Headroom behind =
        inventory.isKept() ? new Headroom(libc, control.control(), Recovery.NAME) : null;
    this.headroom = behind;
    Limbo limbo =
        new Limbo(
            libc,
            control.limbo(),
            known,
            inventory.limboItems(),
            () -> {
              if (behind != null) {
                inventory.relieve(behind);
              }
            });
    @Nullable Origins origins = keeping == Keeping.NOTHING ? null : known;
    this.stage = Stage.open(libc, control.stage());
    flags.giveBack(); // after that: an inode of the tree may have had another name in the stage
    this.bases = new Bases(libc);
    this.receiver = new Receiver(libc, stage, marks, room, bases, isRoot, whole::fails);
    this.conflicts = new Conflicts(libc, control.conflicts(), clock, succeeding);
    Tree tree =
        new Tree(libc, marks, inventory, directories, touched, stage, limbo, conflicts, isRoot);
    this.reconciliation =
        Reconciliation.over(
            libc, tree, inventory, marks, touched, stage, limbo, room, mode, isRoot, origins,
            keeping);
    this.examination = new Examination(libc, tree, inventory, touched, isRoot, keeping);
    this.hashes = new Hashes(libc, tree);
    this.placeless = new Placeless(tree, limbo);
    this.lack = new Lack(tree, inventory);
    Discard discard = new Discard(tree, limbo, new RemoveNow(tree), origins);
    Release release =
        origins == null
            ? discard
            : new PutBack(tree, limbo, origins, discard, reconciliation.incomplete());
    this.barrier =
        new Barrier(
            clock,
            whole,
            files,
            tree,
            touched,
            inventory,
            reconciliation.incomplete(),
            limbo,
            release,
            room,
            headroom);
  }

  /** Returns of how many entries something could not be set. */
  long withheld() {
    return inventory.withheld();
  }

  /** Returns what is known to be missing here. */
  PromotionFile.Lacking lacking() throws IOException {
    Lack.Sum sum = lack.find();
    return new PromotionFile.Lacking(
        sum.incomplete(), sum.doubted(), placeless.count(), sum.paths());
  }

  /** Sets aside what waits for a name, since none will come. */
  void emptyLimbo() throws IOException {
    placeless.setAside();
    touched.restore(directories);
    directories.trim();
  }

  /** Returns what takes contents, also from other threads. */
  Receiver receiver() {
    return receiver;
  }

  /** Returns the copies held open, also for other threads. */
  Bases bases() {
    return bases;
  }

  /** Publishes what a stream brought. */
  Reply publish(long stream) throws IOException {
    return answer(() -> reconciliation.publisher().publish(receiver.finish(stream)));
  }

  /** Answers a request that needs an open secondary. */
  Reply handle(Request request) throws IOException {
    return answer(() -> answer(request));
  }

  private interface Work {
    Reply run() throws IOException;
  }

  private Reply answer(Work work) throws IOException {
    if (inventory.isBroken()) {
      sound = false;
      throw new IOException(
          "the inventory could not be written and is made again at the next start");
    }
    if (whole.hasFailed()) {
      throw new IOException(
          "the secondary's disk did not take what was written; what came since the last barrier is"
              + " compared again at the next start. Look at the disk there");
    }
    boolean finished = false;
    try {
      room.look();
      Reply reply = work.run();
      finished = true;
      return reply;
    } catch (IOException e) {
      finished = true;
      throw e;
    } finally {
      // After a fault of ours memory and tree may disagree: the next start looks at the tree.
      sound &= finished;
      touched.restore(directories);
      directories.trim();
    }
  }

  private Reply answer(Request request) throws IOException {
    if (request instanceof Request.Reconcile reconcile) {
      return reconciliation.reconciler().apply(reconcile);
    } else if (request instanceof Request.Publish publish) {
      return reconciliation.publisher().publish(publish);
    } else if (request instanceof Request.CompareContents compare) {
      return reconciliation.comparison().compare(compare);
    } else if (request instanceof Request.Barrier wanted) {
      Reply synced = barrier.sync(wanted);
      reconciliation.publisher().claimed(wanted.upToBatch());
      enforceBound();
      return synced;
    } else if (request instanceof Request.Compare compare) {
      return reconciliation.crawl().compare(compare.directories());
    } else if (request instanceof Request.Suspects suspects) {
      return reconciliation.crawl().suspects(suspects.files());
    } else if (request instanceof Request.Weigh) {
      return reconciliation.crawl().weigh();
    } else if (request instanceof Request.CrawlBegin) {
      reconciliation.crawl().begin();
    } else if (request instanceof Request.CrawlEnd end) {
      reconciliation.crawl().end(end.batch());
    } else if (request instanceof Request.OpenJob job) {
      room.require();
      return new Reply.JobOpened(open(job));
    } else if (request instanceof Request.OpenBasis open) {
      return new Reply.BasisOpened(reconciliation.publisher().openBasis(open, bases));
    } else if (request instanceof Request.Confirm confirm) {
      return reconciliation.comparison().confirm(confirm, bases);
    } else if (request instanceof Request.CloseBasis close) {
      bases.close(close.basis());
    } else if (request instanceof Request.CloseJob job) {
      stage.closeJob(job.job());
    } else if (request instanceof Request.Examine examine) {
      return examination.examine(examine);
    } else if (request instanceof Request.Inspect inspect) {
      return examination.inspect(inspect);
    } else if (request instanceof Request.Hash hash) {
      return hashes.hash(hash);
    } else if (request instanceof Request.Disown disown) {
      hashes.disown(disown.files());
    } else if (request instanceof Request.ListConflicts list) {
      return conflicts.list(list.after());
    } else {
      throw new IOException(
          "a " + request.getClass().getSimpleName() + " is not for a secondary that is open");
    }
    return new Reply.Done();
  }

  /** The barrier has succeeded, whatever comes of this. */
  private void enforceBound() {
    try {
      conflicts.enforceBound();
    } catch (PosixException e) {
      if (!unbounded) {
        LOG.warn("What is kept in .georep/conflicts cannot be bounded: {}", e.getMessage());
      }
      unbounded = true;
    }
  }

  private String open(Request.OpenJob job) throws IOException {
    byte[] bytes = new byte[TICKET_BYTES];
    random.nextBytes(bytes);
    String ticket = HexFormat.of().formatHex(bytes);
    stage.openJob(job.job(), job.engine(), ticket);
    return ticket;
  }

  /**
   * Ends: what was done is made durable and a clean end noted, unless something went wrong that
   * only a look at the tree puts right.
   */
  @Override
  public void close() throws IOException {
    boolean ended = false;
    try {
      if (sound && !inventory.isBroken()) {
        barrier.end();
        ended = true;
      }
    } finally {
      if (!ended) {
        inventory.abandon();
        whole.end();
      }
      release();
    }
  }

  /** Ends as a killed process does: nothing is written any more. */
  void abandon() throws IOException {
    inventory.abandon();
    release();
  }

  private void release() throws IOException {
    if (headroom != null) {
      headroom.close();
    }
    directories.close();
    receiver.close();
    stage.close();
    lock.close();
    control.close();
  }
}
