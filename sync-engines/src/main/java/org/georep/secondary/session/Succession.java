package org.georep.secondary.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.georep.name.Gfid;
import org.georep.posix.AtomicFile;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.georep.protocol.Kind;
import org.georep.protocol.Relative;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Token;
import org.georep.secondary.durability.ControlFiles;
import org.georep.secondary.durability.LeaseFiles;
import org.georep.secondary.durability.Lock;
import org.georep.secondary.durability.SecondaryId;
import org.georep.secondary.failpoint.FailoverFailpoint;
import org.georep.secondary.identity.Entry;
import org.georep.secondary.identity.KinStore;
import org.georep.secondary.identity.LastTouch;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Touched;
import org.jspecify.annotations.Nullable;

/**
 * Makes an old primary the secondary of the one that was promoted in its stead: each inode here
 * that has a relative there gets its mark, and a new inventory is made of what was marked. What
 * follows is a session like any other, to which a rename is a rename and unchanged contents are
 * known.
 *
 * <p>How far an inode is believed: unchanged here since it was last applied there, by ctime, and
 * unchanged there since the promotion, it is right. Where ctime says that something was done to it,
 * and mtime and size are the same, its contents are compared; changed, they are replaced. What is
 * replaced is kept among the conflicts, unless it is unchanged here. What was deleted there and is
 * unchanged here stands for nothing of the new primary, so that the session deletes it; changed
 * here, or made here since, it is nobody's and is set aside when it is in the way.
 *
 * <p>In this order, each step durable before the next: stime goes; the marks, all directories
 * incomplete, and the inventory; last the id, by which the directory becomes a secondary. A crash
 * before leaves a directory that is nobody's, or still the promoted one it was; the handover is
 * done again from the start, over whatever marks there are.
 */
final class Succession implements AutoCloseable, Recovery.Namer {
  private static final String KIN = "kin";
  private static final byte FORMER = 2;

  private final Libc libc;
  private final Opening opening;
  private final Request.Handover request;
  private final int root;
  private final int control;
  private final Lock lock;
  private final Marks marks;
  private final KinStore kin;
  private long same;
  private long changed;
  private long foreign;

  private Succession(
      Libc libc,
      Opening opening,
      Request.Handover request,
      int root,
      int control,
      Lock lock,
      KinStore kin)
      throws PosixException {
    this.libc = libc;
    this.opening = opening;
    this.request = request;
    this.root = root;
    this.control = control;
    this.lock = lock;
    this.kin = kin;
    this.marks = new Marks(libc, Identity.on(libc, root), root, opening.isRoot());
  }

  /**
   * Begins.
   *
   * @return null if there is nothing to be done: it is that session's secondary already, or empty
   * @throws Refusal if it must not become one
   */
  static @Nullable Succession begin(Libc libc, Opening opening, Request.Handover request)
      throws IOException {
    RootDirectory directory = new RootDirectory(libc, request.root());
    int root = directory.openOrMake();
    int control = -1;
    @Nullable Lock lock = null;
    @Nullable Succession begun = null;
    try {
      control = Control.openExisting(libc, root);
      if (control < 0) {
        directory.requireEmpty(root);
        return null;
      }
      lock = Lock.take(libc, control, opening.patienceMillis());
      if (lock == null) {
        throw new Refusal(
            Reply.Refusal.LOCKED,
            directory + " is held by another agent. End that session, then run this again");
      }
      if (!isWanted(libc, control, directory, request)) {
        return null;
      }
      drop(libc, control);
      KinStore kin = KinStore.make("/proc/self/fd/" + control + "/" + KIN);
      begun = new Succession(libc, opening, request, root, control, lock, kin);
      return begun;
    } catch (PosixException e) {
      throw directory.unusable(e);
    } finally {
      if (begun == null) {
        if (lock != null) {
          lock.close();
        }
        if (control >= 0) {
          libc.close(control);
        }
        directory.giveBack(root);
        libc.close(root);
      }
    }
  }

  private static boolean isWanted(
      Libc libc, int control, RootDirectory directory, Request.Handover request)
      throws IOException {
    Optional<SecondaryId> id = new ControlFiles(libc, control).readId();
    if (id.isPresent()) {
      SecondaryId known = id.get();
      if (known.promoted().isEmpty() && known.session().equals(request.session())) {
        return false;
      }
      if (known.promoted().isPresent() && known.epoch() >= request.epoch()) {
        throw new Refusal(
            Reply.Refusal.PROMOTED,
            directory
                + " was itself promoted, in epoch "
                + known.epoch()
                + ", and "
                + request.primary()
                + " is of epoch "
                + request.epoch()
                + ": nobody can tell which is newer. Keep the one you worked in, and replicate it"
                + " over the other with: georep replicate --adopt --checksum, after removing"
                + " .georep there");
      }
      if (known.promoted().isEmpty() && !known.volume().equals(request.volume())) {
        throw new Refusal(
            Reply.Refusal.OTHER_SESSION,
            directory
                + " is the secondary of another volume. End that session, or choose another"
                + " directory with --to");
      }
    }
    Optional<byte[]> volume =
        new AtomicFile(libc, Path.of("/proc/self/fd/" + control).resolve("volume")).read();
    String found = volume.map(text -> new String(text, StandardCharsets.US_ASCII)).orElse("none");
    if (!found.strip().equals(request.former().toString())) {
      throw new Refusal(
          Reply.Refusal.OTHER_SESSION,
          directory
              + " is not the volume that "
              + request.primary()
              + " was a copy of ("
              + request.former()
              + "). Give the old primary's directory with --to; or, to take over what is there"
              + " whatever it is, run: georep replicate --adopt --checksum "
              + request.primary()
              + " "
              + directory);
    }
    return true;
  }

  private static void drop(Libc libc, int control) throws PosixException {
    try {
      libc.unlinkat(control, KIN.getBytes(StandardCharsets.US_ASCII), 0);
    } catch (PosixException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  /** Takes note of relatives. */
  void take(List<Relative> relatives) throws IOException {
    for (Relative relative : relatives) {
      kin.put(relative);
    }
  }

  /** All are there: marks them, and makes this a secondary. */
  Reply.HandedOver finish() throws IOException {
    FailoverFailpoint.HANDOVER_TAKEN.reached();
    ControlFiles files = new ControlFiles(libc, control);
    files.prepare();
    files.deleteStime();
    new LeaseFiles(libc, control).forget(); // those of another primary
    marks.giveBack();
    List<Integer> opened = new ArrayList<>();
    try {
      for (String name : List.of("stage", "limbo", "conflicts")) {
        opened.add(Control.make(libc, control, name.getBytes(StandardCharsets.US_ASCII)));
      }
      Control all = new Control(libc, root, control, opened.get(0), opened.get(1), opened.get(2));
      marks.write(root, Mark.ofDirectory(request.rootGfid(), true));
      FailoverFailpoint.HANDOVER_BEGUN.reached();
      Directory top = new Directory(request.rootGfid(), root);
      new Recovery(libc, opening.clock(), all, files, marks, top, !opening.isRoot())
          .handOver(this)
          .close();
      FailoverFailpoint.HANDOVER_MARKED.reached();
      if (opening.isRoot()) {
        all.own();
      }
    } finally {
      for (int descriptor : opened) {
        libc.close(descriptor);
      }
    }
    files.deleteRunning();
    files.writeId(
        new SecondaryId(
            request.session(),
            request.volume(),
            request.rootGfid(),
            request.epoch(),
            Optional.empty()));
    return new Reply.HandedOver(same, changed, foreign);
  }

  @Override
  public Optional<Mark> name(Node node, Touched touched) throws PosixException {
    if (!marks.holds(node.kind())) {
      foreign++;
      return Optional.empty();
    }
    Optional<Mark> mark =
        kin.of(marks.own(node.descriptor()))
            .filter(relative -> relative.kind() == node.kind())
            .flatMap(relative -> mark(relative, node.stat()));
    if (mark.isPresent()) {
      touched.beforeChange(node);
      marks.write(node.descriptor(), mark.get());
      if (mark.get().token().isPresent() || node.kind() != Kind.FILE) {
        same++;
      } else {
        changed++;
      }
    } else {
      foreign++;
      if (marks.read(node.descriptor()).isPresent()) {
        touched.beforeChange(node);
        marks.clear(node.descriptor()); // of former days, when it stood for something else
      }
    }
    return mark;
  }

  private static Optional<Mark> mark(Relative relative, Stat stat) {
    boolean untouched = relative.applied().filter(stat.ctime()::equals).isPresent();
    if (relative.ours().isEmpty()) {
      return untouched ? Optional.of(former(relative, stat)) : Optional.empty();
    }
    Gfid ours = relative.ours().get();
    return Optional.of(
        switch (relative.kind()) {
          case DIRECTORY -> Mark.ofDirectory(ours, true);
          case FILE -> markOfFile(ours, relative, stat, untouched);
          default -> Mark.of(ours);
        });
  }

  private static Mark markOfFile(Gfid ours, Relative relative, Stat stat, boolean untouched) {
    if (relative.left().isEmpty()) {
      return Mark.of(ours).disowned();
    }
    Mark mark = Mark.of(ours, relative.left().get());
    if (!relative.left().get().equals(tokenOf(stat))) {
      return mark.doubted();
    }
    if (!untouched) {
      return mark.disowned();
    }
    boolean right = relative.ctime().isEmpty() || relative.untouched();
    return right ? mark : mark.doubted();
  }

  private static Token tokenOf(Stat stat) {
    return new Token(stat.mtime(), stat.size());
  }

  /** No primary makes such a gfid, so no name will ever want it. */
  private static Mark former(Relative relative, Stat stat) {
    byte[] theirs = relative.theirs().toBytes();
    byte[] bytes = new byte[2 + Math.min(theirs.length, Gfid.MAX_LENGTH - 2)];
    bytes[1] = FORMER;
    // Of one too long the end is kept: what tells two apart on one file system comes last.
    int from = theirs.length - (bytes.length - 2);
    System.arraycopy(theirs, from, bytes, 2, bytes.length - 2);
    Gfid gfid = Gfid.of(bytes);
    return switch (relative.kind()) {
      case DIRECTORY -> Mark.ofDirectory(gfid, false);
      case FILE -> Mark.of(gfid, tokenOf(stat));
      default -> Mark.of(gfid);
    };
  }

  /**
   * What was not written on the new primary needs no comparison but the one its listing asks for,
   * which comes after it was moved; a crawl's would come before.
   */
  @Override
  public Optional<Entry> known(Node node, Mark mark) throws PosixException {
    if (node.kind() != Kind.FILE) {
      return Optional.empty();
    }
    return kin.of(marks.own(node.descriptor()))
        .filter(relative -> relative.ours().isPresent() && relative.left().isPresent())
        .flatMap(
            relative ->
                relative
                    .ctime()
                    .map(
                        ctime ->
                            new Entry(
                                mark.gfid(),
                                Kind.FILE,
                                Optional.of(ctime),
                                relative.left().get().size(),
                                true,
                                false,
                                LastTouch.UNKNOWN)));
  }

  @Override
  public void close() throws IOException {
    kin.close();
    drop(libc, control);
    lock.close();
    libc.close(control);
    libc.close(root);
  }
}
