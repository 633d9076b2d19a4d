package org.georep.engine.pool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.georep.connection.ConnectionException;
import org.georep.connection.ContentStream;
import org.georep.engine.AgentPort;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.posix.RawPath;
import org.georep.protocol.MinFree;
import org.georep.protocol.Protocols;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.receive.Bases;
import org.georep.secondary.receive.Received;
import org.georep.secondary.receive.Receiver;
import org.georep.secondary.tree.Node;
import org.georep.secondary.tree.Room;
import org.georep.secondary.tree.Stage;

/**
 * The agent's part in data jobs, on a real directory: stage, tickets, publishing by rename to the
 * places it was told, comparison of contents. Streams are taken by the agent's own receiver.
 */
final class StageAgent implements AgentPort, AutoCloseable {
  private final Path root;
  private final Path stage;
  final Map<Gfid, EntryPath> places = new ConcurrentHashMap<>();
  final List<Request> requests = new CopyOnWriteArrayList<>();
  volatile Predicate<Request> lostAt = request -> false;
  volatile Predicate<Gfid> unwanted = gfid -> false;
  volatile Before before = request -> {};

  /** What this one says it speaks. */
  volatile int protocol = Protocols.NEWEST;

  volatile boolean lost;

  /** What happens before a request is carried out. */
  interface Before {
    void happens(Request request) throws IOException;
  }

  private final Libc libc = NativeLibc.instance();
  private final Bases bases = new Bases(libc);
  private final Receiver receiver;
  private final Stage opened;
  private final int control;
  private final AtomicLong streams = new AtomicLong();

  StageAgent(Path root) throws IOException {
    this.root = root;
    this.stage = root.resolve(".georep").resolve("stage");
    Files.createDirectories(stage.resolve("jobs"));
    Files.createDirectories(stage.resolve("tickets"));
    int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
    this.control = libc.openat(Linux.AT_FDCWD, RawPath.toBytes(root.resolve(".georep")), flags, 0);
    int directory = libc.openat(Linux.AT_FDCWD, RawPath.toBytes(stage), flags, 0);
    Marks marks = new Marks(libc, Identity.on(libc, directory), directory, libc.geteuid() == 0);
    this.opened = Stage.open(libc, directory);
    this.receiver =
        new Receiver(
            libc,
            opened,
            marks,
            new Room(libc, control, MinFree.NONE),
            bases,
            libc.geteuid() == 0,
            unwritten -> {
              throw new AssertionError(unwritten);
            });
  }

  @Override
  public void close() throws IOException {
    receiver.close();
    opened.close();
    libc.close(control);
  }

  @Override
  public int protocol() {
    return protocol;
  }

  @Override
  public ContentStream contents() {
    long stream = streams.incrementAndGet();
    return new ContentStream() {
      private boolean broken;
      private final CompletableFuture<Reply> reply = new CompletableFuture<>();

      @Override
      public boolean send(byte[] body) {
        try {
          receiver.take(stream, body);
          return true;
        } catch (IOException e) {
          broken = true;
          return false;
        }
      }

      @Override
      public void end() {
        if (!reply.isDone()) {
          CompletableFuture<Reply> unused =
              publish(stream, broken)
                  .whenComplete(
                      (answer, failure) -> {
                        if (failure == null) {
                          reply.complete(answer);
                        } else {
                          reply.completeExceptionally(failure);
                        }
                      });
        }
      }

      @Override
      public CompletableFuture<Reply> reply() {
        return reply;
      }

      @Override
      public long backlog() {
        return 0;
      }
    };
  }

  private synchronized CompletableFuture<Reply> publish(long stream, boolean broken) {
    List<Received> files = receiver.finish(stream);
    Request.CloseJob asIf = new Request.CloseJob(stream);
    if (lost || broken || lostAt.test(new Request.Publish(0, stream, List.of()))) {
      lost = true;
      return send(asIf);
    }
    List<Gfid> published = new ArrayList<>();
    List<Gfid> notWanted = new ArrayList<>();
    List<Gfid> missing = new ArrayList<>();
    List<Reply.Failure> failures = new ArrayList<>();
    for (Received file : files) {
      Gfid gfid = file.state().gfid();
      EntryPath place = places.get(gfid);
      if (file.wrong()) {
        missing.add(gfid);
      } else if (file.failure().isPresent()) {
        PosixException e = file.failure().get();
        failures.add(
            new Reply.Failure(
                Optional.empty(), Optional.of(gfid), e.errno(), String.valueOf(e.getMessage())));
      } else if (place == null || unwanted.test(gfid)) {
        notWanted.add(gfid);
      } else {
        try {
          Files.createDirectories(at(place).getParent());
          Path arrived = stage.resolve("contents").resolve(file.name().toString());
          Files.move(arrived, at(place), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        published.add(gfid);
      }
    }
    List<Gfid> touched = published.isEmpty() ? List.of() : List.of(Gfid.parse("aa"));
    return CompletableFuture.completedFuture(
        new Reply.Published(published, notWanted, missing, failures, touched));
  }

  /** Returns where a path is below the root, whatever its bytes are. */
  Path at(EntryPath path) {
    return below(root, path);
  }

  static Path below(Path top, EntryPath path) {
    byte[] first = RawPath.toBytes(top);
    byte[] rest = path.toBytes();
    byte[] all = Arrays.copyOf(first, first.length + 1 + rest.length);
    all[first.length] = '/';
    System.arraycopy(rest, 0, all, first.length + 1, rest.length);
    return RawPath.toPath(all);
  }

  @Override
  public CompletableFuture<Reply> send(Request request) {
    requests.add(request);
    if (lost || lostAt.test(request)) {
      lost = true;
      return CompletableFuture.failedFuture(
          new ConnectionException(ConnectionException.Reason.LOST, "the link was lost"));
    }
    try {
      before.happens(request);
      return CompletableFuture.completedFuture(answer(request));
    } catch (IOException e) {
      return CompletableFuture.completedFuture(new Reply.Failed(0, e.toString()));
    }
  }

  private synchronized Reply answer(Request request) throws IOException {
    if (request instanceof Request.OpenJob open) {
      return new Reply.JobOpened(open(open.job(), open.engine()));
    } else if (request instanceof Request.Publish publish) {
      return publish(publish);
    } else if (request instanceof Request.CompareContents compare) {
      return compare(compare);
    } else if (request instanceof Request.Unpacks) {
      return new Reply.Done();
    } else if (request instanceof Request.OpenBasis open) {
      return new Reply.BasisOpened(openBasis(open));
    } else if (request instanceof Request.DigestBlocks digest) {
      return bases.digest(digest);
    } else if (request instanceof Request.Confirm confirm) {
      boolean same = !bases.hasHoles(confirm.basis());
      return new Reply.Same(same ? List.of(confirm.state().gfid()) : List.of(), List.of());
    } else if (request instanceof Request.CloseBasis close) {
      bases.close(close.basis());
      return new Reply.Done();
    } else if (request instanceof Request.CloseJob close) {
      remove(stage.resolve("jobs").resolve(Long.toString(close.job())));
      return new Reply.Done();
    }
    throw new IllegalArgumentException("not asked of this agent: " + request);
  }

  private long openBasis(Request.OpenBasis open) throws IOException {
    Path copy = at(places.get(open.gfid()));
    int parent =
        libc.openat(
            Linux.AT_FDCWD, RawPath.toBytes(copy.getParent()), Linux.O_PATH | Linux.O_DIRECTORY, 0);
    List<FileName> names = places.get(open.gfid()).names();
    FileName name = names.get(names.size() - 1);
    try (Node node = Node.open(libc, parent, name)) {
      return node == null ? -1 : bases.open(open.basis(), node);
    } finally {
      libc.close(parent);
    }
  }

  String open(long job, String engine) throws IOException {
    String ticket =
        String.format(
            "%016x%016x",
            ThreadLocalRandom.current().nextLong(), ThreadLocalRandom.current().nextLong());
    Files.createDirectory(stage.resolve("jobs").resolve(Long.toString(job)));
    Files.writeString(stage.resolve("tickets").resolve(ticket), job + " " + engine + "\n");
    return ticket;
  }

  Path job(long job) {
    return stage.resolve("jobs").resolve(Long.toString(job));
  }

  private Reply publish(Request.Publish publish) throws IOException {
    List<Gfid> published = new ArrayList<>();
    List<Gfid> notWanted = new ArrayList<>();
    List<Gfid> missing = new ArrayList<>();
    for (Request.Staged staged : publish.files()) {
      Gfid gfid = staged.state().gfid();
      Path arrived = below(job(publish.job()), staged.path());
      EntryPath place = places.get(gfid);
      if (!Files.isRegularFile(arrived, LinkOption.NOFOLLOW_LINKS)
          || Files.size(arrived) != staged.state().size()) {
        missing.add(gfid);
      } else if (place == null || unwanted.test(gfid)) {
        notWanted.add(gfid);
      } else {
        Files.createDirectories(at(place).getParent());
        Files.move(arrived, at(place), StandardCopyOption.ATOMIC_MOVE);
        published.add(gfid);
      }
    }
    List<Gfid> touched = published.isEmpty() ? List.of() : List.of(Gfid.parse("aa"));
    return new Reply.Published(published, notWanted, missing, List.of(), touched);
  }

  private Reply compare(Request.CompareContents compare) throws IOException {
    List<Gfid> same = new ArrayList<>();
    for (Request.Content content : compare.files()) {
      Gfid gfid = content.state().gfid();
      Optional<Path> copy = Optional.ofNullable(places.get(gfid)).map(this::at);
      if (copy.isPresent() && Arrays.equals(sha256(copy.get()), content.digest())) {
        same.add(gfid);
      }
    }
    return new Reply.Same(same, same.isEmpty() ? List.of() : List.of(Gfid.parse("bb")));
  }

  private static byte[] sha256(Path file) throws IOException {
    try {
      return MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void remove(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var all = Files.walk(path)) {
      for (Path entry : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
