package org.georep.secondary.session;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.VolumeId;
import org.georep.posix.Failpoint;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.RawPath;
import org.georep.protocol.Keeping;
import org.georep.protocol.Kind;
import org.georep.protocol.MinFree;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.secondary.identity.Mark;
import org.georep.secondary.identity.Marks;
import org.georep.secondary.tree.Node;
import org.georep.testing.FaultyLibc;
import org.jspecify.annotations.Nullable;

/**
 * Runs a history against the real agent in a directory, then drains and compares.
 *
 * <p>More than 500 lines: what a crash leaves, what is compared and what stime claims follow the
 * executable model's one class, so that the two can be compared.
 */
final class ModelWorld {
  private static final int MOST_STEPS = 6000;
  private static final Set<String> CHANGES =
      Set.of(
          "mkdirat",
          "mknodat",
          "linkat",
          "symlinkat",
          "renameat2",
          "unlinkat",
          "fchownat",
          "fchmodat",
          "utimensat",
          "setxattr",
          "removexattr",
          "syncfs");

  final ModelPrimary primary = new ModelPrimary();
  final ModelWorker.Durable durable = new ModelWorker.Durable();
  private final FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
  private final Libc plain = NativeLibc.instance();
  private final Libc libc;
  private final boolean privileged;
  private final boolean keeping;
  private final Path root;
  private final int size;
  private final boolean cut;
  private final UUID session = new UUID(1, 2);
  private @Nullable SecondarySession agent;
  private @Nullable ModelWorker worker;
  private @Nullable ModelSteps steps;
  private Optional<String> bad = Optional.empty();
  private @Nullable Failpoint deadly;
  private int passes;
  int deaths;
  int transfers;
  int comparisons;
  int kept;

  /** The agent is dead: nothing it does reaches the kernel, but its descriptors are closed. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed", null, true, false);
    }
  }

  /** One token of a history. */
  record Token(String kind, int a, int b, String name) {
    static Token of(String kind) {
      return new Token(kind, 0, 0, "");
    }

    static Token of(String kind, int a) {
      return new Token(kind, a, 0, "");
    }

    static Token of(String kind, int a, int b, String name) {
      return new Token(kind, a, b, name);
    }
  }

  ModelWorld(Path root, int size, boolean cut) throws Exception {
    this(root, size, cut, true, false);
  }

  /**
   * Makes one.
   *
   * @param privileged whether the agent takes itself for root; else its marks are a user's, which
   *     links and special files cannot hold
   * @param keeping whether what is deleted is kept
   */
  ModelWorld(Path root, int size, boolean cut, boolean privileged, boolean keeping)
      throws Exception {
    this.root = root;
    this.privileged = privileged;
    this.keeping = keeping;
    this.libc = privileged ? faulty.libc() : ofUser(faulty.libc());
    this.size = size;
    this.cut = cut;
    start();
  }

  /** Makes one whose agent dies at a failpoint, once it has passed it so many times. */
  static ModelWorld dyingAt(Path root, int size, boolean cut, Failpoint deadly, int passes)
      throws Exception {
    return new ModelWorld(root, size, cut, deadly, passes);
  }

  private ModelWorld(Path root, int size, boolean cut, Failpoint deadly, int passes)
      throws Exception {
    this.root = root;
    this.privileged = true;
    this.keeping = false;
    this.libc = faulty.libc();
    this.size = size;
    this.cut = cut;
    this.deadly = deadly;
    this.passes = passes;
  }

  /** To be told of each failpoint; kills the agent at the deadly one. */
  void reached(Failpoint at) {
    if (at == deadly && passes-- == 0) {
      deadly = null;
      deaths++;
      primary.log.add("[kill at " + at + "]");
      faulty.before(
          call -> !call.method().equals("close"),
          call -> {
            throw new Killed();
          });
      throw new Killed();
    }
  }

  /** Starts an agent, and another one if that dies at once. */
  void startOrAgain() throws Exception {
    try {
      start();
    } catch (Killed e) {
      faulty.clear();
      start();
    }
  }

  private static Libc ofUser(Libc real) {
    return (Libc)
        Proxy.newProxyInstance(
            Libc.class.getClassLoader(),
            new Class<?>[] {Libc.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("geteuid")) {
                return 1000;
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            });
  }

  private void start() throws IOException {
    agent = new SecondarySession(libc, new Opening(libc, Clock.systemUTC(), 0), "test", Map::of);
    Reply reply =
        agent.handle(
            new Request.Hello(
                RawPath.toBytes(root),
                session,
                new VolumeId(session),
                ModelPrimary.VOL,
                Request.Mode.REPLICATE,
                "primary:/vol",
                keeping ? Keeping.DELETED : Keeping.NOTHING,
                MinFree.NONE));
    if (!(reply instanceof Reply.Welcome)) {
      throw new IllegalStateException("not welcome: " + reply);
    }
    worker =
        new ModelWorker(
            primary,
            durable,
            agent,
            root.resolve(".georep/stage"),
            size,
            cut,
            () -> {
              if (bad.isEmpty()) {
                bad = claim(durable.stime);
              }
            });
    steps = new ModelSteps(worker::run);
  }

  private ModelWorker worker() {
    return Objects.requireNonNull(worker);
  }

  private void end(boolean clean) throws Exception {
    Objects.requireNonNull(steps).end();
    transfers += worker().transfers;
    comparisons += worker().comparisons;
    worker().transfers = 0;
    worker().comparisons = 0;
    faulty.clear();
    try {
      if (clean) {
        Objects.requireNonNull(agent).close();
      } else {
        Objects.requireNonNull(agent).abandon();
      }
    } catch (Killed e) {
      faulty.clear();
    }
  }

  /** The connection is lost ({@code session}), the agent killed, the machine loses power. */
  void crash(String how) throws Exception {
    primary.log.add("[crash " + how + "]");
    if (how.equals("capture")) {
      primary.loseEvents();
      durable.journal.add(ModelPrimary.Hint.gap());
    }
    end(how.equals("session") || how.equals("capture"));
    if (how.equals("power")) {
      Files.writeString(root.resolve(".georep/running"), new UUID(3, 4) + "\n");
    }
    Path stime = root.resolve(".georep/stime");
    String claimed = Files.exists(stime) ? Files.readString(stime).strip() : "";
    if (bad.isEmpty() && !claimed.isEmpty()) {
      bad = claim((int) Instant.parse(claimed).getEpochSecond());
    }
    startOrAgain();
  }

  /** Kills the agent at its n-th change of the file system from now on. */
  void armed(int n) {
    primary.log.add("[kill at change " + n + "]");
    int[] left = {n};
    faulty.before(
        call -> !call.method().equals("close"),
        call -> {
          if (left[0] > 0 && CHANGES.contains(call.method())) {
            left[0]--;
          }
          if (left[0] == 0) {
            throw new Killed();
          }
        });
  }

  private void step() throws Throwable {
    try {
      Objects.requireNonNull(steps).step();
    } catch (Killed e) {
      crash("kill");
    }
  }

  void token(Token t) throws Throwable {
    switch (t.kind) {
      case "tick" -> {
        primary.now++;
        primary.flush();
      }
      case "cap" -> {
        primary.log.add("[capture " + t.a + "]");
        ModelWorker.capture(primary, durable, t.a);
        worker().idle = false;
      }
      case "run" -> {
        primary.log.add("[run " + t.a + "]");
        for (int i = 0; i < t.a; i++) {
          step();
        }
      }
      case "crash" -> crash(t.name);
      case "kill" -> armed(t.a);
      case "overflow" -> {
        primary.log.add("[overflow]");
        primary.loseEvents();
        primary.queue.add(ModelPrimary.Hint.gap());
      }
      case "settle" -> settle();
      default -> primary.change(t.kind, t.a, t.b, t.name);
    }
  }

  /** Does one thing of a history in words. */
  void tell(String words) throws Throwable {
    String[] parts = words.split(" ", -1);
    switch (parts[0]) {
      case "drained" -> settle();
      case "cap" -> {
        primary.flush();
        token(Token.of("cap", 99));
      }
      case "capture" -> token(Token.of("cap", 99)); // with the last event still in flight
      case "run" -> token(Token.of("run", Integer.parseInt(parts[1])));
      case "tick" -> token(Token.of("tick"));
      case "overflow" -> token(Token.of("overflow"));
      case "crash" -> crash(parts[1]);
      case "kill" -> armed(Integer.parseInt(parts[1]));
      default -> primary.tell(parts);
    }
  }

  /** Lets everything get through; says what is wrong, if anything. */
  Optional<String> settle() throws Throwable {
    for (int round = 0; round < 5 && bad.isEmpty(); round++) {
      primary.now += 2;
      primary.flush();
      ModelWorker.capture(primary, durable, 999);
      worker().idle = false;
      int i = 0;
      for (; i < MOST_STEPS && !worker().idle; i++) {
        step();
      }
      if (i == MOST_STEPS) {
        bad = Optional.of("it does not come to an end");
      }
    }
    primary.log.add("[drained]");
    transfers += worker().transfers;
    comparisons += worker().comparisons;
    worker().transfers = 0;
    worker().comparisons = 0;
    return bad;
  }

  /** Says how the secondary differs from the primary. */
  Optional<String> compare() throws IOException {
    if (bad.isPresent()) {
      return bad;
    }
    Map<String, String> wanted = new TreeMap<>();
    wanted(ModelPrimary.VOL, "VOL", wanted);
    Map<String, String> here = new TreeMap<>();
    Map<Gfid, Set<Object>> inodes = new HashMap<>();
    kept = 0;
    here(root, "VOL", here, inodes);
    here.keySet().removeIf(path -> !wanted.containsKey(path) && mayStay(here.get(path)));
    if (!wanted.equals(here)) {
      List<String> differences = new ArrayList<>();
      Set<String> all = new HashSet<>(wanted.keySet());
      all.addAll(here.keySet());
      all.stream()
          .sorted()
          .filter(path -> !Objects.equals(wanted.get(path), here.get(path)))
          .forEach(
              path -> differences.add(path + " P=" + wanted.get(path) + " S=" + here.get(path)));
      return Optional.of("differs: " + String.join("; ", differences));
    }
    if (inodes.values().stream().anyMatch(set -> set.size() > 1)) {
      return Optional.of("a link group is split");
    }
    // A link made just before a kill looks like anybody's to an agent that cannot mark it.
    List<String> empty =
        privileged
            ? List.of("limbo", "conflicts", "stage/jobs", "stage/tickets", "stage/contents")
            : List.of("limbo", "stage/jobs", "stage/tickets", "stage/contents");
    for (String directory : empty) {
      try (Stream<Path> found = Files.list(root.resolve(".georep").resolve(directory))) {
        List<Path> left = found.toList();
        if (!left.isEmpty()) {
          return Optional.of(directory + " is not empty: " + left);
        }
      }
    }
    try (Stream<Path> found = Files.list(root.resolve(".georep/stage"))) {
      if (found.count() != 3) {
        return Optional.of("something was forgotten in the stage");
      }
    }
    int changed = primary.changed.values().stream().mapToInt(i -> i).max().orElse(0);
    return durable.stime <= changed ? Optional.of("stime is stuck") : Optional.empty();
  }

  private void wanted(Gfid directory, String path, Map<String, String> into) {
    into.put(path, wanted(directory));
    primary
        .inode(directory)
        .entries
        .forEach(
            (name, gfid) -> {
              if (primary.inode(gfid).kind == Kind.DIRECTORY) {
                wanted(gfid, path + "/" + name, into);
              } else {
                into.put(path + "/" + name, wanted(gfid));
              }
            });
  }

  private String wanted(Gfid gfid) {
    ModelPrimary.Inode x = primary.inode(gfid);
    String permissions =
        x.kind == Kind.SYMLINK ? "-" : Integer.toOctalString(ModelPrimary.permissions(x.mode));
    String contents =
        switch (x.kind) {
          case FILE -> new String(primary.contents(gfid), StandardCharsets.US_ASCII);
          case SYMLINK -> "t" + x.data;
          default -> "";
        };
    return String.join(
        " ",
        x.kind.toString(),
        isMarked(x.kind) ? gfid.toString() : "?",
        permissions,
        String.valueOf(ModelPrimary.owner(x.mode)),
        String.valueOf(x.mtime),
        contents);
  }

  private boolean isMarked(Kind kind) {
    return privileged || kind == Kind.FILE || kind == Kind.DIRECTORY;
  }

  /** What cannot hold a mark does not show that it is kept. */
  private boolean mayStay(@Nullable String found) {
    return keeping && found != null && found.split(" ", -1)[1].equals("?");
  }

  private void here(Path at, String path, Map<String, String> into, Map<Gfid, Set<Object>> inodes)
      throws IOException {
    int parent =
        plain.openat(
            Linux.AT_FDCWD,
            RawPath.toBytes(Objects.requireNonNull(at.getParent())),
            Linux.O_PATH,
            0);
    Marks marks = new Marks(plain, Identity.on(plain, parent), parent, privileged);
    boolean isDirectory;
    try (Node node = Node.open(plain, parent, FileName.of(at.getFileName().toString()))) {
      Kind kind = Objects.requireNonNull(node).kind();
      isDirectory = kind == Kind.DIRECTORY;
      Optional<Mark> mark = marks.read(node.descriptor());
      if (keeping && mark.filter(Mark::isKept).isPresent()) {
        kept++;
        return;
      }
      String contents =
          switch (kind) {
            case FILE -> Files.readString(at);
            case SYMLINK -> Files.readSymbolicLink(at).toString();
            default -> "";
          };
      into.put(
          path,
          String.join(
              " ",
              kind.toString(),
              mark.filter(m -> isMarked(kind)).map(m -> m.gfid().toString()).orElse("?"),
              kind == Kind.SYMLINK ? "-" : Integer.toOctalString(node.stat().permissions()),
              String.valueOf(node.stat().uid()),
              String.valueOf(node.stat().mtime().getEpochSecond()),
              contents));
      mark.ifPresent(
          m -> inodes.computeIfAbsent(m.gfid(), none -> new HashSet<>()).add(node.stat().inode()));
    } finally {
      plain.close(parent);
    }
    if (isDirectory) {
      try (Stream<Path> below = Files.list(at)) {
        for (Path each : below.toList()) {
          if (!each.getFileName().toString().equals(".georep")) {
            here(each, path + "/" + each.getFileName(), into, inodes);
          }
        }
      }
    }
  }

  /** What it means that stime was written: names and contents older than it are there. */
  private Optional<String> claim(int time) {
    try {
      Map<String, String> here = new TreeMap<>();
      here(root, "VOL", here, new HashMap<>());
      for (Gfid directory : primary.directories()) {
        if (!primary.inside(directory) || !settledAbove(directory, time)) {
          continue;
        }
        String base = directory.equals(ModelPrimary.VOL) ? "VOL" : pathOf(directory);
        Set<String> names = new HashSet<>(primary.inode(directory).entries.keySet());
        String prefix = base + "/";
        here.keySet().stream()
            .filter(path -> path.startsWith(prefix))
            .map(path -> path.substring(prefix.length()))
            .filter(name -> !name.contains("/"))
            .forEach(names::add);
        for (String name : names) {
          Optional<String> wrong = claim(directory, name, here.get(prefix + name), time);
          if (wrong.isPresent()) {
            return wrong;
          }
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("cannot look: " + e);
    }
  }

  private Optional<String> claim(Gfid directory, String name, @Nullable String found, int time) {
    if (primary.changed.getOrDefault(new ModelPrimary.Up(directory, name), 0) >= time) {
      return Optional.empty();
    }
    Gfid gfid = primary.inode(directory).entries.get(name);
    String at = primary.path(directory, name);
    String[] parts = found == null ? new String[0] : found.split(" ", -1);
    if (gfid == null
        ? found != null && !mayStay(found)
        : found == null || (!parts[1].equals("?") && !parts[1].equals(gfid.toString()))) {
      return Optional.of("stime " + time + " is untrue for " + at + ": " + gfid + " " + found);
    }
    if (gfid != null
        && primary.inode(gfid).kind == Kind.FILE
        && primary.contentChanged.getOrDefault(gfid, 0) < time
        && !parts[5].equals(new String(primary.contents(gfid), StandardCharsets.US_ASCII))) {
      return Optional.of("stime " + time + " is untrue for the contents of " + at);
    }
    return Optional.empty();
  }

  private String pathOf(Gfid directory) {
    ModelPrimary.Up up = Objects.requireNonNull(primary.inode(directory).up);
    return primary.path(up.directory(), up.name());
  }

  private boolean settledAbove(Gfid directory, int time) {
    for (ModelPrimary.Up up = primary.inode(directory).up;
        up != null;
        up = primary.inode(up.directory()).up) {
      if (primary.changed.getOrDefault(up, 0) >= time) {
        return false;
      }
    }
    return true;
  }

  /** Ends it cleanly. */
  void end() throws Exception {
    end(true);
  }
}
