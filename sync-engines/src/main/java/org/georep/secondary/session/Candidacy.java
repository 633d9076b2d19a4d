package org.georep.secondary.session;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.georep.posix.BootId;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.protocol.Candidate;
import org.georep.protocol.Keeping;
import org.georep.protocol.LeaseHolder;
import org.georep.protocol.MinFree;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.durability.ControlFiles;
import org.georep.secondary.durability.LeaseBeat;
import org.georep.secondary.durability.LeaseFiles;
import org.georep.secondary.durability.LeaseTerm;
import org.georep.secondary.durability.Lock;
import org.georep.secondary.durability.LockHolder;
import org.georep.secondary.durability.SecondaryId;
import org.georep.secondary.durability.UpTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection's part in electing the Active of a pair: says who has the lease of the secondary,
 * gets it when it is free, keeps it, and gives it back.
 *
 * <p>What always holds:
 *
 * <ul>
 *   <li><b>One writes.</b> Only a process that holds {@code .georep/lock}, which the kernel gives
 *       to one and takes from the dead, has the tree open. The lease decides who may ask for it.
 *   <li><b>Terms grow.</b> A term belongs to one member for ever, and is durable before it is said
 *       to be granted. When a newer one is there no request of an older one is carried out any
 *       more, see {@link #require}; one that was under way ends while its agent still holds the
 *       lock, and so before its successor opens the tree.
 *   <li><b>A living one keeps it.</b> Each tick in which the worker was heard moves the end of its
 *       lease to a whole length from then. Another may take it only after that end, after a boot of
 *       this host, or when it was given back. Ends are told by {@link UpTime}: one clock for all
 *       agents of this host, never set, which goes on while the host is suspended.
 *   <li><b>A silent one does not hold it.</b> When no byte came for a length the lease is free, and
 *       the agent that was left behind is ended: asked to first, so that it closes in order, killed
 *       if it does not in time, and at once if it was stopped and so cannot.
 * </ul>
 *
 * <p>A crash of this agent leaves the term and its last end: the lease is free one length later, or
 * at once to whoever finds another boot. One that dies between getting the term and ending its
 * predecessor leaves a lease without an agent, which runs out likewise.
 *
 * <p>Requests come by one thread; the lease is kept by another.
 */
final class Candidacy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Candidacy.class);
  private static final int TICKS_PER_LENGTH = 5;

  /** So long the agent of the former holder may take to close in order. */
  private static final int KILL_AFTER_MILLIS = 5_000;

  /** So long one request waits for it. */
  private static final int WAIT_MILLIS = 500;

  private final Libc libc;
  private final UpTime time;
  private final LongSupplier signs;
  private @Nullable Ground ground;
  private volatile @Nullable Held held;

  /** The secondary's directories, held open. */
  private record Ground(RootDirectory name, int root, int control, LeaseFiles lease) {}

  /** A term this connection got. */
  private static final class Held {
    final LeaseTerm term;
    final Optional<LeaseTerm> former;
    final CountDownLatch over = new CountDownLatch(1);
    LeaseBeat beat;
    boolean cleared;
    boolean ended;

    Held(LeaseTerm term, Optional<LeaseTerm> former, LeaseBeat beat) {
      this.term = term;
      this.former = former;
      this.beat = beat;
    }
  }

  /**
   * Makes it.
   *
   * @param signs another number whenever the worker gave a sign of life since
   */
  Candidacy(Libc libc, UpTime time, LongSupplier signs) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.time = Objects.requireNonNull(time, "time is null");
    this.signs = Objects.requireNonNull(signs, "signs is null");
  }

  /**
   * Answers it, and gets the lease if it is asked for and free.
   *
   * @param open whether this connection has the tree open
   */
  Reply stand(Request.Stand request, boolean open) throws IOException {
    Ground here = ground(request.root());
    if (here == null) {
      return nobodys();
    }
    ControlFiles files = new ControlFiles(libc, here.control());
    Optional<SecondaryId> id = files.readId();
    if (id.isEmpty()) {
      return nobodys();
    }
    boolean granted = false;
    if (request.candidate().isPresent()) {
      Candidate candidate = request.candidate().get();
      Opening.check(id.get(), asHello(request, candidate), here.name());
      requireSameFileSystem(here, candidate);
      granted = contend(here, candidate, open);
    }
    Optional<LeaseTerm> term = here.lease().newest();
    Optional<LeaseBeat> beat =
        term.isEmpty() ? Optional.empty() : here.lease().beat(term.get().number());
    return new Reply.Standing(
        Optional.of(id.get().session()),
        Optional.of(id.get().volume()),
        id.get().epoch(),
        granted,
        term.map(LeaseTerm::holder),
        term.isPresent() && isLive(term.get(), beat),
        files.readStime(),
        time.millis(),
        beat.flatMap(LeaseBeat::clock),
        beat.map(LeaseBeat::filter).orElse(""));
  }

  private Reply.Standing nobodys() throws IOException {
    return new Reply.Standing(
        Optional.empty(),
        Optional.empty(),
        0,
        false,
        Optional.empty(),
        false,
        Optional.empty(),
        time.millis(),
        Optional.empty(),
        "");
  }

  private @Nullable Ground ground(byte[] path) throws IOException {
    Ground known = ground;
    if (known != null) {
      return known;
    }
    RootDirectory name = new RootDirectory(libc, path);
    int root = name.open();
    if (root < 0) {
      return null;
    }
    int control = -1;
    try {
      control = Control.openExisting(libc, root);
    } catch (PosixException e) {
      throw name.unusable(e);
    } finally {
      if (control < 0) {
        libc.close(root);
      }
    }
    if (control < 0) {
      return null;
    }
    Ground found = new Ground(name, root, control, new LeaseFiles(libc, control));
    ground = found;
    return found;
  }

  private static Request.Hello asHello(Request.Stand request, Candidate candidate) {
    return new Request.Hello(
        request.root(),
        candidate.session(),
        candidate.volume(),
        candidate.witness(),
        Request.Mode.REPLICATE,
        candidate.primary(),
        Keeping.NOTHING,
        MinFree.NONE,
        candidate.epoch(),
        Optional.empty());
  }

  /** Two file systems have other identities for the same files: a take-over would send them all. */
  private static void requireSameFileSystem(Ground here, Candidate candidate) throws IOException {
    Optional<LeaseHolder> last = here.lease().newest().map(LeaseTerm::holder);
    if (last.isPresent() && !last.get().witness().equals(candidate.witness())) {
      throw new Refusal(
          Reply.Refusal.OTHER_SESSION,
          "The primary on "
              + candidate.host()
              + " is not on the file system that "
              + last.get().host()
              + " replicates to "
              + here.name()
              + ": the same files have other identities there, and a pair needs one file system."
              + " Leave this host out; or, if the volume was moved on purpose, stop all workers of"
              + " the pair, remove "
              + here.name()
              + "/.georep/lease, and start the one on the right host");
    }
  }

  private boolean contend(Ground here, Candidate candidate, boolean open) throws IOException {
    if (isHeld()) {
      return open || clear(here);
    }
    Optional<LeaseTerm> former = here.lease().newest();
    if (former.isPresent()
        && !former.get().holder().member().equals(candidate.member())
        && isLive(former.get(), here.lease().beat(former.get().number()))) {
      return false;
    }
    long now = time.millis();
    LeaseTerm term =
        new LeaseTerm(
            candidate.inTerm(former.map(LeaseTerm::number).orElse(0L) + 1),
            ProcessHandle.current().pid(),
            BootId.current(),
            now);
    if (!here.lease().claim(term)) {
      return false; // another was faster
    }
    LeaseBeat first = new LeaseBeat(now + length(term), Optional.empty(), "");
    here.lease().beat(term.number(), first);
    here.lease().forgetBefore(term.number());
    letGo();
    Held got = new Held(term, former, first);
    held = got;
    Thread keeper = new Thread(() -> keep(here.lease(), got), "lease-keeper");
    keeper.setDaemon(true);
    keeper.start();
    return open || clear(here);
  }

  private boolean isLive(LeaseTerm term, Optional<LeaseBeat> beat) throws IOException {
    if (!term.boot().equals(BootId.current())) {
      return false;
    }
    return time.millis() < beat.map(LeaseBeat::until).orElse(term.since() + length(term));
  }

  private static long length(LeaseTerm term) {
    return term.holder().length().toMillis();
  }

  /** Sees to it that the tree can be opened: ends the agent of the former holder. */
  private boolean clear(Ground here) throws IOException {
    Held mine = Objects.requireNonNull(held, "no lease is held");
    if (mine.cleared) {
      return true;
    }
    @Nullable Lock lock = Lock.take(libc, here.control(), 0);
    if (lock == null) {
      end(here, mine);
      lock = Lock.take(libc, here.control(), WAIT_MILLIS);
    }
    if (lock == null) {
      return false;
    }
    lock.close();
    mine.cleared = true;
    return true;
  }

  /** Only the agent of the term before: another, as of a comparison, ends by itself. */
  private void end(Ground here, Held mine) throws IOException {
    if (mine.former.isEmpty() || mine.former.get().process() == mine.term.process()) {
      return;
    }
    long process = mine.former.get().process();
    boolean late = time.millis() - mine.term.since() > KILL_AFTER_MILLIS;
    new LockHolder(libc, here.control())
        .find()
        .filter(holder -> holder.pid() == process)
        .ifPresent(
            holder -> {
              boolean byForce = late || LockHolder.isStopped(holder);
              if (mine.ended && !byForce) {
                return;
              }
              LOG.info(
                  "Ending the agent of {}, process {}",
                  mine.former.get().holder().shown(),
                  holder.pid());
              if (byForce) {
                holder.destroyForcibly();
              } else {
                holder.destroy();
              }
              mine.ended = true;
            });
  }

  private boolean isHeld() throws PosixException {
    Held mine = held;
    Ground here = ground;
    return mine != null && here != null && here.lease().isNewest(mine.term.number());
  }

  /** Renews the lease for as long as the worker is heard. */
  private void keep(LeaseFiles lease, Held mine) {
    long heard = signs.getAsLong();
    try {
      long tick = Math.max(1, length(mine.term) / TICKS_PER_LENGTH);
      while (!mine.over.await(tick, TimeUnit.MILLISECONDS)) {
        long now = signs.getAsLong();
        if (now != heard) {
          renew(lease, mine);
        }
        heard = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void renew(LeaseFiles lease, Held mine) {
    synchronized (mine) {
      if (mine.over.getCount() == 0) {
        return;
      }
      try {
        mine.beat = mine.beat.until(time.millis() + length(mine.term));
        lease.beat(mine.term.number(), mine.beat);
      } catch (IOException e) {
        LOG.warn("The lease cannot be renewed: {}", e.getMessage());
      }
    }
  }

  /** Takes note of what the holder says. */
  Reply beat(Request.LeaseBeat request) throws IOException {
    require();
    Held mine = held;
    Ground here = ground;
    if (mine == null || here == null) {
      throw new IOException("this connection has no lease");
    }
    if (!LeaseBeat.fits(request.filter())) {
      throw new IOException("no filter is known by so many bytes");
    }
    synchronized (mine) {
      mine.beat = new LeaseBeat(mine.beat.until(), request.clock(), request.filter());
      here.lease().beat(mine.term.number(), mine.beat);
    }
    return new Reply.Beaten(time.millis());
  }

  /**
   * The fence: asked before each request that changes something.
   *
   * @throws IOException if this connection had a lease and another has it now
   */
  void require() throws IOException {
    Held mine = held;
    Ground here = ground;
    if (mine == null || here == null || here.lease().isNewest(mine.term.number())) {
      return;
    }
    String by =
        here.lease().newest().map(term -> " by " + term.holder().shown()).orElse(", it is gone");
    throw new IOException(
        "the lease of "
            + here.name()
            + " was taken over"
            + by
            + "; nothing more is changed on behalf of "
            + mine.term.holder().shown());
  }

  private void letGo() {
    Held mine = held;
    held = null;
    if (mine != null) {
      mine.over.countDown();
    }
  }

  /** Ends as a killed process does. */
  void abandon() throws IOException {
    Ground here = ground;
    ground = null;
    letGo();
    if (here != null) {
      libc.close(here.control());
      libc.close(here.root());
    }
  }

  /** Gives the lease back. After the tree is closed, so that nobody has to wait for that. */
  @Override
  public void close() throws IOException {
    Held mine = held;
    Ground here = ground;
    ground = null;
    letGo();
    if (here == null) {
      return;
    }
    try {
      if (mine != null) {
        synchronized (mine) {
          here.lease().beat(mine.term.number(), mine.beat.until(LeaseBeat.RELEASED));
        }
      }
    } finally {
      libc.close(here.control());
      libc.close(here.root());
    }
  }
}
