package org.georep.secondary.session;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Dirent;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.PosixException;
import org.georep.posix.Stat;
import org.georep.protocol.EntryState;
import org.georep.protocol.Keeping;
import org.georep.protocol.Kind;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.tree.Node;
import org.jspecify.annotations.Nullable;

/**
 * Says what a listing would change, by path, and touches nothing: no lock is taken and the
 * inventory is not opened, so another agent may have the secondary open. Without the inventory a
 * move shows at its new name, as {@code move} where a listing showed the file at another one
 * before, else as {@code create}. The secondary need not even be there.
 */
final class Preview implements AutoCloseable {
  private static final long BENEATH =
      Linux.RESOLVE_BENEATH
          | Linux.RESOLVE_NO_SYMLINKS
          | Linux.RESOLVE_NO_MAGICLINKS
          | Linux.RESOLVE_NO_XDEV;
  private static final int FLAGS = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
  private static final int LONGEST_PATH = 3800;

  private final Libc libc;
  private final int root;
  private final @Nullable Marks marks;
  private final Keeping keeping;
  private final Set<Gfid> elsewhere = new HashSet<>();

  /** Names of the listing under way. */
  private final Set<FileName> named = new HashSet<>();

  private Preview(Libc libc, int root, @Nullable Marks marks, Keeping keeping) {
    this.libc = libc;
    this.root = root;
    this.marks = marks;
    this.keeping = keeping;
  }

  static Preview open(Libc libc, Request.Hello hello) throws IOException {
    Objects.requireNonNull(libc, "libc is null");
    int root = new RootDirectory(libc, hello.root()).open();
    Marks marks =
        root < 0 ? null : new Marks(libc, Identity.on(libc, root), root, libc.geteuid() == 0);
    return new Preview(libc, root, marks, hello.keeping());
  }

  /** Says it of one directory. */
  Reply.Previewed of(Request.Preview request) throws PosixException {
    List<Reply.Change> changes = new ArrayList<>();
    List<Gfid> unknown = new ArrayList<>();
    int directory = root < 0 ? -1 : openDirectory(request.path());
    try {
      for (Want want : request.listing().wants()) {
        if (want instanceof Want.Present present) {
          of(directory, request.path(), present, changes, unknown);
        }
      }
      if (!keeping.keepsUnseen()) {
        deleted(directory, request, changes);
      }
    } finally {
      if (directory >= 0) {
        libc.close(directory);
      }
    }
    return new Reply.Previewed(changes, unknown);
  }

  private void of(
      int directory,
      EntryPath path,
      Want.Present present,
      List<Reply.Change> changes,
      List<Gfid> unknown)
      throws PosixException {
    EntryState state = present.state();
    try (Node now = directory < 0 ? null : Node.open(libc, directory, present.name())) {
      if (now == null && keeping.addsNothing()) {
        return;
      }
      Optional<String> what = change(now, directory, present);
      what.ifPresent(word -> changes.add(new Reply.Change(word, path.resolve(present.name()))));
      if (state.isDirectory() && (now == null || now.kind() != Kind.DIRECTORY)) {
        unknown.add(state.gfid());
      }
    }
  }

  private Optional<String> change(@Nullable Node now, int directory, Want.Present present)
      throws PosixException {
    EntryState state = present.state();
    if (now == null) {
      return Optional.of(elsewhere.contains(state.gfid()) ? "move" : "create");
    }
    Optional<Mark> mark = marks == null ? Optional.empty() : marks.read(now.descriptor());
    mark.filter(other -> !other.gfid().equals(state.gfid()))
        .ifPresent(other -> elsewhere.add(other.gfid()));
    if (now.kind() != state.kind()
        || (mark.isPresent() && !mark.get().gfid().equals(state.gfid()))) {
      return Optional.of(elsewhere.contains(state.gfid()) ? "move" : "update");
    }
    if (differs(now, directory, present, mark)) {
      return Optional.of("update");
    }
    Stat stat = now.stat();
    boolean same =
        stat.uid() == state.uid()
            && stat.gid() == state.gid()
            && (state.kind() == Kind.SYMLINK || stat.permissions() == state.permissions())
            && stat.mtime().equals(state.mtime());
    return same ? Optional.empty() : Optional.of("attributes");
  }

  private boolean differs(Node now, int directory, Want.Present present, Optional<Mark> mark)
      throws PosixException {
    EntryState state = present.state();
    return switch (state.kind()) {
      case DIRECTORY -> false;
      case FILE ->
          now.stat().size() != state.size()
              || !now.stat().mtime().equals(state.mtime())
              || (mark.isPresent() && mark.get().token().isEmpty());
      case SYMLINK ->
          !Arrays.equals(
              libc.readlinkat(directory, present.name().toBytes()), state.target().orElseThrow());
      default -> now.stat().rdev() != state.rdev();
    };
  }

  private void deleted(int directory, Request.Preview request, List<Reply.Change> changes)
      throws PosixException {
    if (request.listing().first()) {
      named.clear();
    }
    request.listing().wants().forEach(want -> named.add(want.name()));
    if (directory < 0 || !request.listing().last()) {
      return;
    }
    for (Dirent entry : libc.list(directory)) {
      boolean reserved =
          request.path().isRoot()
              && (entry.name().equals(FileName.of(".georep"))
                  || entry.name().equals(FileName.of("lost+found")));
      if (!reserved && !named.contains(entry.name())) {
        changes.add(new Reply.Change("delete", request.path().resolve(entry.name())));
      }
    }
  }

  /** Returns -1 if there is no such directory. */
  private int openDirectory(EntryPath path) throws PosixException {
    Deque<FileName> names = new ArrayDeque<>(path.names());
    int at = libc.openat(root, new byte[] {'.'}, FLAGS, 0);
    while (!names.isEmpty()) {
      ByteArrayOutputStream step = new ByteArrayOutputStream();
      while (!names.isEmpty() && step.size() < LONGEST_PATH) {
        step.writeBytes(step.size() > 0 ? new byte[] {'/'} : new byte[0]);
        step.writeBytes(names.pop().toBytes());
      }
      int next;
      try {
        next = libc.openat2(at, step.toByteArray(), FLAGS, 0, BENEATH);
      } catch (PosixException e) {
        if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV)) {
          return -1;
        }
        throw e;
      } finally {
        libc.close(at);
      }
      at = next;
    }
    return at;
  }

  @Override
  public void close() throws PosixException {
    if (root >= 0) {
      libc.close(root);
    }
  }
}
