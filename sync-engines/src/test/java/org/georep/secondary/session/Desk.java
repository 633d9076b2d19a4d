package org.georep.secondary.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.Libc;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.EntryState;
import org.georep.protocol.Keeping;
import org.georep.protocol.Kind;
import org.georep.protocol.Listing;
import org.georep.protocol.MinFree;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.protocol.Xattr;
import org.jspecify.annotations.Nullable;

/** A secondary in a directory, and short words for what a replicator asks of its agent. */
final class Desk {
  static final Gfid ROOT = gfid("root");
  static final UUID SESSION = new UUID(7, 8);
  static final Instant TIME = Instant.ofEpochSecond(1_600_000_000L, 123_456_789);

  final Path root;
  private final Libc libc;
  private SecondarySession agent;
  private long batch = 1;
  private long job;
  private boolean keepDeleted;
  private MinFree minFree = MinFree.NONE;

  Desk(Path root) {
    this(root, NativeLibc.instance());
  }

  Desk(Path root, Libc libc) {
    this.root = root;
    this.libc = libc;
    this.agent = fresh();
  }

  private SecondarySession fresh() {
    return new SecondarySession(
        libc, new Opening(libc, Clock.systemUTC(), 0), "test", () -> Map.of("tar", "1.34"));
  }

  static Gfid gfid(String text) {
    return Gfid.of(("\u0009" + text).getBytes(StandardCharsets.US_ASCII));
  }

  Reply hello(Request.Mode mode) throws IOException {
    return hello(mode, SESSION);
  }

  Reply hello(Request.Mode mode, UUID session) throws IOException {
    return agent.handle(
        new Request.Hello(
            RawPath.toBytes(root),
            session,
            new VolumeId(SESSION),
            ROOT,
            mode,
            "primary:/vol",
            keepDeleted ? Keeping.DELETED : Keeping.NOTHING,
            minFree));
  }

  Desk open(Request.Mode mode) throws IOException {
    Reply reply = hello(mode);
    if (!(reply instanceof Reply.Welcome)) {
      throw new IllegalStateException("not welcome: " + reply);
    }
    return this;
  }

  /** Opens it as a replicator does. */
  static Desk at(Path root) throws IOException {
    return new Desk(root).open(Request.Mode.REPLICATE);
  }

  /** Opens it as a replicator that keeps what is deleted does. */
  static Desk keepingAt(Path root) throws IOException {
    return new Desk(root).keeping(true).open(Request.Mode.REPLICATE);
  }

  /** From the next opening on, deletions are kept or not. */
  Desk keeping(boolean keep) {
    keepDeleted = keep;
    return this;
  }

  /** From the next opening on, so much is to stay free: all of it means that room is short. */
  Desk minFree(MinFree least) {
    minFree = least;
    return this;
  }

  /** Lets the agent end, cleanly or as if killed, and opens the secondary again. */
  Desk again(boolean clean) throws IOException {
    end(clean);
    agent = fresh();
    return open(Request.Mode.REPLICATE);
  }

  void end(boolean clean) throws IOException {
    if (clean) {
      agent.close();
    } else {
      agent.abandon();
    }
  }

  /** The agent dies, wherever it is; a fresh one is not open yet. */
  void dies() throws IOException {
    agent.abandon();
    agent = fresh();
  }

  void nextBatch() {
    batch++;
  }

  long batch() {
    return batch;
  }

  static EntryState state(String gfid, Kind kind, int mode, long size, @Nullable String target) {
    return new EntryState(
        gfid(gfid),
        kind,
        mode,
        0,
        0,
        TIME,
        TIME.plusSeconds(1),
        false,
        size,
        false,
        1,
        0,
        Optional.ofNullable(target).map(text -> text.getBytes(StandardCharsets.UTF_8)),
        List.of());
  }

  static EntryState file(String gfid, String contents) {
    return state(gfid, Kind.FILE, 0640, contents.length(), null);
  }

  static EntryState directory(String gfid) {
    return state(gfid, Kind.DIRECTORY, 0750, 0, null);
  }

  static EntryState link(String gfid, String target) {
    return state(gfid, Kind.SYMLINK, 0777, 0, target);
  }

  static EntryState with(EntryState s, int uid, List<Xattr> xattrs) {
    return new EntryState(
        s.gfid(),
        s.kind(),
        s.permissions(),
        uid,
        uid,
        s.mtime(),
        s.ctime(),
        s.racy(),
        s.size(),
        s.sparse(),
        s.nlink(),
        s.rdev(),
        s.target(),
        xattrs);
  }

  static Want.At at(Gfid directory, String name, EntryState state) {
    return new Want.At(directory, new Want.Present(FileName.of(name), state));
  }

  static Want.At absent(Gfid directory, String name) {
    return new Want.At(directory, new Want.Absent(FileName.of(name)));
  }

  static Want present(String name, EntryState state) {
    return new Want.Present(FileName.of(name), state);
  }

  Reply.Reconciled wants(Want.At... wants) throws IOException {
    return reconcile(List.of(wants), List.of());
  }

  Reply.Reconciled lists(Gfid directory, Want... wants) throws IOException {
    return reconcile(List.of(), List.of(new Listing(directory, List.of(wants), true, true)));
  }

  Reply.Reconciled reconcile(List<Want.At> wants, List<Listing> listings) throws IOException {
    return (Reply.Reconciled)
        agent.handle(
            new Request.Reconcile(
                batch, List.of(), List.of(), List.of(), wants, listings, List.of()));
  }

  /** Returns the agent of now. */
  SecondarySession agent() {
    return agent;
  }

  Reply ask(Request request) throws IOException {
    return agent.handle(request);
  }

  /** Sends contents the way a data channel does. */
  Reply.Published sends(EntryState state, String contents) throws IOException {
    return sends(List.of(state), List.of(contents));
  }

  Reply.Published sends(List<EntryState> states, List<String> contents) throws IOException {
    long number = opensJob();
    List<Request.Staged> staged = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      Files.writeString(place(number).resolve("f" + i), contents.get(i));
      staged.add(new Request.Staged(EntryPath.parse("f" + i), states.get(i)));
    }
    Reply.Published published = publishes(number, staged);
    agent.handle(new Request.CloseJob(number));
    return published;
  }

  /** Contents that were read for an earlier batch arrive only now. */
  Reply.Published sendsLate(long readFor, EntryState state, String contents) throws IOException {
    long now = batch;
    batch = readFor;
    Reply.Published published = sends(state, contents);
    batch = now;
    return published;
  }

  long opensJob() throws IOException {
    job++;
    agent.handle(new Request.OpenJob(job, "tarssh"));
    return job;
  }

  Path place(long number) {
    return root.resolve(".georep/stage/jobs/" + number);
  }

  Reply.Published publishes(long number, List<Request.Staged> staged) throws IOException {
    return (Reply.Published) agent.handle(new Request.Publish(batch, number, staged));
  }

  /** Puts a file at a name, contents and all. */
  void puts(Gfid directory, String name, String gfid, String contents) throws IOException {
    wants(at(directory, name, file(gfid, contents)));
    sends(file(gfid, contents), contents);
  }

  Reply.Synced barrier(Gfid... listed) throws IOException {
    return (Reply.Synced)
        agent.handle(new Request.Barrier(batch, List.of(listed), Optional.empty(), batch));
  }

  Path path(String name) {
    return root.resolve(name);
  }

  static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  static List<String> names(Path directory) throws IOException {
    try (var found = Files.list(directory)) {
      return found
          .map(path -> Objects.requireNonNull(path.getFileName()).toString())
          .sorted()
          .toList();
    }
  }

  /** Returns what was set aside, as paths below the time of each. */
  List<String> conflicts() throws IOException {
    List<String> found = new ArrayList<>();
    Path top = path(".georep/conflicts");
    for (String time : names(top)) {
      try (var all = Files.walk(top.resolve(time))) {
        all.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
            .map(path -> top.resolve(time).relativize(path).toString())
            .forEach(found::add);
      }
    }
    found.sort(null);
    return found;
  }
}
