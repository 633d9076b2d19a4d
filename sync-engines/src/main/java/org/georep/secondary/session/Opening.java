package org.georep.secondary.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NewerFormatException;
import org.georep.posix.PosixException;
import org.georep.protocol.Kind;
import org.georep.protocol.Origin;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.durability.ControlFiles;
import org.georep.secondary.durability.Lock;
import org.georep.secondary.durability.SecondaryId;
import org.georep.secondary.failpoint.AgentFailpoint;
import org.georep.secondary.identity.Inventory;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.identity.Withheld;
import org.georep.secondary.tree.Directory;
import org.georep.secondary.tree.OpenedModes;
import org.georep.secondary.tree.Room;
import org.jspecify.annotations.Nullable;

/**
 * Opens a directory as a secondary, or refuses it.
 *
 * <p>Nothing of the tree is changed but the root's own mark; a directory becomes a secondary with
 * the {@code id} file, written last, so that a crash in between leaves one that is still nobody's.
 */
final class Opening {
  private static final int PATIENCE_MILLIS = 10_000;
  private static final byte[] ITSELF = {};
  private static final byte[] PROBE = "probe".getBytes(StandardCharsets.US_ASCII);

  private final Libc libc;
  private final Clock clock;
  private final boolean isRoot;
  private final int patienceMillis;

  Opening(Libc libc, Clock clock) {
    this(libc, clock, PATIENCE_MILLIS);
  }

  Opening(Libc libc, Clock clock, int patienceMillis) {
    this.libc = Objects.requireNonNull(libc, "libc is null");
    this.clock = Objects.requireNonNull(clock, "clock is null");
    this.isRoot = libc.geteuid() == 0;
    this.patienceMillis = patienceMillis;
  }

  /**
   * What came of it.
   *
   * @param fresh whether everything has to be walked
   */
  record Opened(OpenSecondary secondary, SecondaryId id, boolean fresh, ControlFiles files) {}

  /** Opens it. */
  Opened open(Request.Hello hello) throws IOException {
    RootDirectory directory = new RootDirectory(libc, hello.root());
    int root = directory.openOrMake();
    int control = -1;
    @Nullable Lock lock = null;
    Opened opened = null;
    try {
      control = control(directory, root, hello.mode());
      lock = Lock.take(libc, control, patienceMillis);
      if (lock == null) {
        throw new Refusal(
            Reply.Refusal.LOCKED,
            directory
                + " on the secondary is held by another agent. End that session, or wait until"
                + " its connection has timed out");
      }
      opened = open(hello, directory, root, control, lock);
      return opened;
    } catch (PosixException e) {
      throw directory.unusable(e);
    } catch (NewerFormatException e) {
      throw new Refusal(
          Reply.Refusal.NEWER_FORMAT,
          directory + " cannot be used as a secondary: " + e.getMessage());
    } finally {
      if (opened == null) {
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

  private int control(RootDirectory directory, int root, Request.Mode mode) throws IOException {
    int control = Control.openExisting(libc, root);
    if (control >= 0) {
      return control;
    }
    if (mode == Request.Mode.REPLICATE) {
      directory.requireEmpty(root);
    }
    return Control.make(libc, root, Control.NAME);
  }

  private Opened open(
      Request.Hello hello, RootDirectory directory, int root, int controlDescriptor, Lock lock)
      throws IOException {
    ControlFiles files = new ControlFiles(libc, controlDescriptor);
    Optional<SecondaryId> known = known(files, directory);
    files.readStime(); // for its format's sake, before anything is changed
    if (known.isPresent()) {
      check(known.get(), hello, directory);
    } else if (hello.mode() == Request.Mode.REPLICATE) {
      directory.requireEmpty(root);
    }
    return open(hello, directory, root, controlDescriptor, lock, files, known);
  }

  /** Opens what is this session's, or becomes it. */
  Opened open(
      Request.Hello hello,
      RootDirectory directory,
      int root,
      int controlDescriptor,
      Lock lock,
      ControlFiles files,
      Optional<SecondaryId> known)
      throws IOException {
    Control control = Control.open(libc, root, controlDescriptor);
    directory.noteFormer(new OpenedModes(libc, controlDescriptor), hello.rootGfid());
    Marks marks = new Marks(libc, Identity.on(libc, root), root, isRoot);
    if (known.isPresent()) {
      marks.checkFormat(root);
    }
    marks.giveBack();
    Room room = new Room(libc, controlDescriptor, hello.minFree());
    Directory rootDirectory = new Directory(hello.rootGfid(), root);
    boolean fresh = known.isEmpty() || !known.get().root().equals(hello.rootGfid());
    int former = libc.statx(controlDescriptor, ITSELF, Linux.AT_EMPTY_PATH).uid();
    boolean takenOver = isRoot && former != 0 && !fresh;
    if (!fresh) {
      Optional<Mark> mark = takenOver ? rootOfAnother(marks, root) : marks.read(root);
      fresh = mark.filter(found -> found.gfid().equals(hello.rootGfid())).isEmpty();
      takenOver &= !fresh;
    }
    if (fresh) {
      probe(control, marks, directory);
    }
    files.prepare();
    ControlFiles.End end = files.lastEnd();
    if (end == ControlFiles.End.CLEAN) {
      noteRunning(files, room); // else it says that already
    }
    if (fresh || takenOver) {
      marks.write(root, Mark.ofDirectory(hello.rootGfid(), true));
      AgentFailpoint.OPEN_ROOT_MARKED.reached();
      files.deleteStime();
    }
    Inventory inventory;
    try {
      inventory =
          takenOver
              ? new Recovery(libc, clock, control, files, marks, rootDirectory, false)
                  .takeOver(former, end == ControlFiles.End.POWER_LOST)
              : inventory(control, files, marks, rootDirectory, fresh, end);
    } catch (NewerFormatException e) {
      if (end == ControlFiles.End.CLEAN) {
        files.deleteRunning(); // nothing was done: whoever reads it finds it as it was left
      }
      throw e;
    }
    if (takenOver) {
      control.own(); // last: until then it is taken over again
    }
    boolean whole = false;
    try {
      if (end == ControlFiles.End.POWER_LOST && inventory.isKept()) {
        // Not before all was looked at: who dies over it leaves that to the next.
        noteRunning(files, room);
      }
      OpenSecondary secondary =
          new OpenSecondary(
              libc,
              clock,
              control,
              lock,
              files,
              inventory,
              marks,
              rootDirectory,
              room,
              hello.mode(),
              isRoot,
              hello.keeping(),
              known.filter(id -> id.epoch() > 0).isPresent() && files.readStime().isEmpty());
      AgentFailpoint.OPEN_WHOLE.reached();
      SecondaryId id = id(hello, known);
      if (fresh) {
        files.writeId(id);
      } else if (!known.equals(Optional.of(id)) && !room.isShort()) {
        files.writeId(id); // it can wait for room: only a promotion needs what is new in it
      }
      whole = true;
      return new Opened(secondary, id, fresh, files);
    } finally {
      if (!whole) {
        inventory.abandon();
      }
    }
  }

  private static void noteRunning(ControlFiles files, Room room) throws IOException {
    room.write(files::writeRunning);
    AgentFailpoint.OPEN_NOTED.reached();
  }

  private Optional<Mark> rootOfAnother(Marks marks, int root) throws PosixException {
    int owner = libc.statx(root, ITSELF, Linux.AT_EMPTY_PATH).uid();
    return marks.takeOver(root, Kind.DIRECTORY, owner);
  }

  private Inventory inventory(
      Control control,
      ControlFiles files,
      Marks marks,
      Directory root,
      boolean fresh,
      ControlFiles.End end)
      throws IOException {
    Recovery recovery = new Recovery(libc, clock, control, files, marks, root, !isRoot);
    if (!fresh && end == ControlFiles.End.CLEAN) {
      Inventory inventory = recovery.existing(false);
      if (inventory != null) {
        return inventory;
      }
    }
    return recovery.rebuild(!fresh, end == ControlFiles.End.POWER_LOST);
  }

  private static SecondaryId id(Request.Hello hello, Optional<SecondaryId> known) {
    return new SecondaryId(
        hello.session(),
        hello.volume(),
        hello.rootGfid(),
        Math.max(hello.epoch(), known.map(SecondaryId::epoch).orElse(0L)),
        known.flatMap(SecondaryId::promoted),
        known.filter(SecondaryId::settled).isPresent(),
        hello.origin().or(() -> known.flatMap(SecondaryId::origin)));
  }

  private static Optional<SecondaryId> known(ControlFiles files, RootDirectory directory)
      throws IOException {
    try {
      return files.readId();
    } catch (PosixException | NewerFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new Refusal(
          Reply.Refusal.UNUSABLE, directory + " cannot be used as a secondary: " + e.getMessage());
    }
  }

  static void check(SecondaryId id, Request.Hello hello, RootDirectory directory) throws Refusal {
    if (id.promoted().isPresent()) {
      throw new Refusal(
          Reply.Refusal.PROMOTED,
          directory
              + " was promoted at "
              + id.promoted().get()
              + " and takes no changes any more. To bring this primary up to date from it, run on"
              + " its host: georep failback "
              + name(id, hello)
              + ". If the session is not needed any more: georep session delete "
              + name(id, hello));
    }
    if (!id.session().equals(hello.session()) || !id.volume().equals(hello.volume())) {
      String what = id.session().equals(hello.session()) ? "volume" : "session";
      throw new Refusal(
          Reply.Refusal.OTHER_SESSION,
          directory
              + " is the secondary of another "
              + what
              + ", not of "
              + hello.primary()
              + ". Choose another directory; or, if that one has ended, remove "
              + directory
              + "/.georep and take the data over with --adopt");
    }
    if (hello.epoch() < id.epoch() && hello.mode() != Request.Mode.PREVIEW) {
      throw new Refusal(
          Reply.Refusal.PROMOTED,
          directory
              + " holds epoch "
              + id.epoch()
              + ", and this session's is "
              + hello.epoch()
              + ": the secondary was promoted and handed back meanwhile, and another state"
              + " directory holds the session now. Go on there; here run: georep session delete "
              + name(id, hello));
    }
  }

  private static String name(SecondaryId id, Request.Hello hello) {
    return hello.origin().or(id::origin).map(Origin::session).orElse("NAME");
  }

  /** Finds out whether inodes there can hold a mark. */
  private void probe(Control control, Marks marks, RootDirectory directory) throws IOException {
    int probe = Control.make(libc, control.control(), PROBE);
    try {
      marks.write(probe, Mark.ofDirectory(Directory.LIMBO, false));
      if (marks.read(probe).isEmpty()) {
        throw new PosixException("setxattr", PROBE, Errno.EOPNOTSUPP);
      }
    } catch (PosixException e) {
      if (e.is(Errno.EOPNOTSUPP)) {
        throw new Refusal(
            Reply.Refusal.UNUSABLE,
            directory
                + " is on a file system without extended attributes, which georep needs to know"
                + " files again. Use ext4, xfs or btrfs, or mount it with user_xattr");
      }
      throw e;
    } finally {
      libc.close(probe);
      libc.unlinkat(control.control(), PROBE, Linux.AT_REMOVEDIR);
    }
  }

  /**
   * What this secondary cannot hold, in sentences.
   *
   * @param withheld of how many entries something could not be set
   */
  List<String> notes(long withheld) {
    List<String> notes = new ArrayList<>();
    if (!isRoot) {
      notes.add(
          "The agent is not root on the secondary: owners, device nodes, flags and attributes of"
              + " root are kept in "
              + Withheld.NAME
              + " there until it is.");
    }
    if (withheld > 0) {
      notes.add("Something is kept so of " + withheld + " entries.");
    }
    return notes;
  }

  Survey survey(byte[] root) {
    return new Survey(libc, clock, root);
  }

  boolean isRoot() {
    return isRoot;
  }

  Clock clock() {
    return clock;
  }

  int patienceMillis() {
    return patienceMillis;
  }
}
