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
import java.util.function.Predicate;
import org.georep.connection.ConnectionException;
import org.georep.engine.AgentPort;
import org.georep.name.EntryPath;
import org.georep.name.Gfid;
import org.georep.posix.RawPath;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;

/**
 * The agent's part in data jobs, on a real directory: stage, tickets, publishing by rename to the
 * places it was told, comparison of contents.
 */
final class StageAgent implements AgentPort {
  private final Path root;
  private final Path stage;
  final Map<Gfid, EntryPath> places = new ConcurrentHashMap<>();
  final List<Request> requests = new CopyOnWriteArrayList<>();
  volatile Predicate<Request> lostAt = request -> false;
  volatile Predicate<Gfid> unwanted = gfid -> false;
  volatile boolean lost;

  StageAgent(Path root) throws IOException {
    this.root = root;
    this.stage = root.resolve(".georep").resolve("stage");
    Files.createDirectories(stage.resolve("jobs"));
    Files.createDirectories(stage.resolve("tickets"));
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
    } else if (request instanceof Request.CloseJob close) {
      remove(stage.resolve("jobs").resolve(Long.toString(close.job())));
      return new Reply.Done();
    }
    throw new IllegalArgumentException("not asked of this agent: " + request);
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
      if (copy.isPresent() && Arrays.equals(sha256(copy.get()), content.sha256())) {
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
