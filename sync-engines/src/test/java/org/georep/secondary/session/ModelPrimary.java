package org.georep.secondary.session;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A primary in memory: an inode tree with a volume VOL and an outside OUT in one file system, and
 * the kernel's event queue as fanotify behaves. Equal hints merge into the earlier one, an event is
 * queued some time after its change is visible, overflow and capture stops lose events.
 */
final class ModelPrimary {
  static final Gfid VOL = gfid("VOL");
  static final Gfid OUT = gfid("OUT");

  /** An inode. */
  static final class Inode {
    final Kind kind;
    final Gfid gfid;
    final int number;
    final TreeMap<String, Gfid> entries = new TreeMap<>();
    @Nullable Up up;
    int data;
    int mode;
    int mtime;
    int ctime;
    int links;

    Inode(Kind kind, Gfid gfid, int number, int now) {
      this.kind = kind;
      this.gfid = gfid;
      this.number = number;
      this.mtime = now;
      this.ctime = now;
    }
  }

  record Up(Gfid directory, String name) {}

  /** A hint: {@code e}ntry, {@code d}ata, {@code m}etadata; {@code gap} and {@code mark}. */
  record Hint(String type, Gfid directory, String name, Gfid gfid, int time) {
    static Hint gap() {
      return new Hint("gap", VOL, "", VOL, 0);
    }

    static Hint mark(int time) {
      return new Hint("mark", VOL, "", VOL, time);
    }
  }

  int now = 10;
  final Map<Gfid, Inode> nodes = new LinkedHashMap<>();
  final Map<Up, Integer> changed = new HashMap<>();
  final Map<Gfid, Integer> contentChanged = new HashMap<>();
  final List<Hint> queue = new ArrayList<>();
  private final List<Hint> inFlight = new ArrayList<>();
  final List<String> log = new ArrayList<>();
  private final List<Integer> free = new ArrayList<>();
  private int version;
  private int nextNumber = 1;
  private int generation;

  ModelPrimary() {
    nodes.put(VOL, new Inode(Kind.DIRECTORY, VOL, 0, now));
    nodes.put(OUT, new Inode(Kind.DIRECTORY, OUT, 0, now));
  }

  static Gfid gfid(String text) {
    return Gfid.of(("\u0009" + text).getBytes(StandardCharsets.US_ASCII));
  }

  void flush() {
    for (Hint hint : inFlight) {
      if (!queue.contains(hint)) {
        queue.add(hint);
      }
    }
    inFlight.clear();
  }

  void loseEvents() {
    queue.clear();
    inFlight.clear();
  }

  Inode inode(Gfid gfid) {
    Inode inode = nodes.get(gfid);
    if (inode == null) {
      throw new IllegalStateException("no inode " + gfid);
    }
    return inode;
  }

  private Inode at(Up up) {
    return inode(Objects.requireNonNull(inode(up.directory()).entries.get(up.name())));
  }

  private Inode make(Kind kind) {
    int number = free.isEmpty() ? nextNumber++ : free.remove(free.size() - 1);
    generation++;
    Inode inode = new Inode(kind, gfid("i" + number + "." + generation), number, now);
    nodes.put(inode.gfid, inode);
    return inode;
  }

  private void put(Gfid directory, String name, Inode x) {
    inode(directory).entries.put(name, x.gfid);
    x.links++;
    touch(directory, name, x);
    if (x.kind == Kind.DIRECTORY) {
      x.up = new Up(directory, name);
    }
  }

  private Inode cut(Gfid directory, String name) {
    Gfid gfid = inode(directory).entries.remove(name);
    Inode x = inode(Objects.requireNonNull(gfid));
    x.links--;
    touch(directory, name, x);
    return x;
  }

  private void touch(Gfid directory, String name, Inode x) {
    Inode d = inode(directory);
    d.mtime = now;
    d.ctime = now;
    x.ctime = now;
    changed.put(new Up(directory, name), now);
  }

  private void drop(Inode x) {
    if (x.links == 0) {
      nodes.remove(x.gfid);
      free.add(x.number);
    }
  }

  boolean beneath(Gfid directory, Gfid top) {
    for (Gfid at = directory; ; ) {
      if (at.equals(top)) {
        return true;
      }
      Inode x = nodes.get(at);
      if (x == null || x.up == null) {
        return false;
      }
      at = x.up.directory();
    }
  }

  boolean inside(Gfid directory) {
    return nodes.containsKey(directory) && beneath(directory, VOL);
  }

  String path(Gfid directory, String name) {
    String path = name;
    for (Inode x = inode(directory); ; x = inode(x.up.directory())) {
      if (x.up == null) {
        return (x.gfid.equals(VOL) ? "VOL" : "OUT") + "/" + path;
      }
      path = x.up.name() + "/" + path;
    }
  }

  List<Up> names() {
    List<Up> names = new ArrayList<>();
    nodes.forEach((gfid, x) -> x.entries.keySet().forEach(name -> names.add(new Up(gfid, name))));
    return names;
  }

  List<Gfid> directories() {
    List<Gfid> all = new ArrayList<>();
    nodes.forEach(
        (gfid, x) -> {
          if (x.kind == Kind.DIRECTORY) {
            all.add(gfid);
          }
        });
    return all;
  }

  private void emit(String type, Gfid directory, String name, Inode x) {
    inFlight.add(new Hint(type, directory, name, x.gfid, 0));
  }

  /** One change. Objects are chosen by index, so that a history keeps its sense when shrunk. */
  void change(String kind, int a, int b, String name) {
    flush();
    List<Up> names = names();
    List<Gfid> directories = directories();
    Gfid to = directories.get(b % directories.size());
    switch (kind) {
      case "create", "mkdir", "symlink", "fifo" -> create(kind, to, name);
      case "exch" -> {
        if (!names.isEmpty()) {
          exchange(names.get(a % names.size()), names.get(b % names.size()));
        }
      }
      default -> {
        if (!names.isEmpty()) {
          changeOne(kind, names.get(a % names.size()), to, name);
        }
      }
    }
  }

  /** One change in words, with paths. */
  void tell(String... words) {
    flush();
    Up last = up(words[words.length - 1]);
    switch (words[0]) {
      case "mkdir", "create", "symlink", "fifo" -> create(words[0], last.directory(), last.name());
      case "mv" -> changeOne("rename", up(words[1]), last.directory(), last.name());
      case "ln" -> changeOne("link", up(words[1]), last.directory(), last.name());
      case "rm" -> changeOne("unlink", last, VOL, "");
      case "write" -> changeOne("write", last, VOL, "");
      case "rewrite" -> changeOne("write", last, VOL, "c");
      case "chmod" -> changeOne("chmod", last, VOL, "");
      case "exchange" -> exchange(up(words[1]), last);
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private Up up(String path) {
    String[] names = path.split("/", -1);
    Gfid at = names[0].equals("VOL") ? VOL : OUT;
    for (int i = 1; i < names.length - 1; i++) {
      at = Objects.requireNonNull(inode(at).entries.get(names[i]), path);
    }
    return new Up(at, names[names.length - 1]);
  }

  private void create(String kind, Gfid to, String name) {
    if (inode(to).entries.containsKey(name)) {
      return;
    }
    Kind made =
        switch (kind) {
          case "create" -> Kind.FILE;
          case "mkdir" -> Kind.DIRECTORY;
          case "fifo" -> Kind.FIFO;
          default -> Kind.SYMLINK;
        };
    Inode x = make(made);
    if (made != Kind.DIRECTORY) {
      x.data = ++version;
    }
    log.add(kind + " " + path(to, name));
    put(to, name, x);
    contentChanged.put(x.gfid, now);
    emit("e", to, name, x);
    if (made == Kind.FILE) {
      emit("d", to, name, x);
    }
  }

  private void changeOne(String kind, Up from, Gfid to, String name) {
    Inode x = at(from);
    switch (kind) {
      case "link" -> {
        if (x.kind != Kind.DIRECTORY && !inode(to).entries.containsKey(name)) {
          log.add("ln " + path(from.directory(), from.name()) + " " + path(to, name));
          put(to, name, x);
          emit("e", to, name, x);
        }
      }
      case "unlink" -> {
        if (x.entries.isEmpty()) {
          log.add("rm " + path(from.directory(), from.name()));
          cut(from.directory(), from.name());
          drop(x);
          emit("e", from.directory(), from.name(), x);
        }
      }
      case "rename" -> rename(from, x, to, name);
      case "write" -> {
        if (x.kind == Kind.FILE) { // "c": mtime set back after it, as cp -p does
          x.data = ++version;
          x.ctime = now;
          contentChanged.put(x.gfid, now);
          if (!name.equals("c")) {
            x.mtime = now;
          }
          log.add("write " + path(from.directory(), from.name()) + (name.equals("c") ? " -p" : ""));
          emit("d", from.directory(), from.name(), x);
        }
      }
      case "chmod" -> {
        x.mode = ++version;
        x.ctime = now;
        contentChanged.put(x.gfid, now);
        log.add("chmod " + path(from.directory(), from.name()));
        emit("m", from.directory(), from.name(), x);
      }
      default -> throw new IllegalArgumentException(kind);
    }
  }

  private void rename(Up from, Inode x, Gfid to, String name) {
    if (from.equals(new Up(to, name)) || (x.kind == Kind.DIRECTORY && beneath(to, x.gfid))) {
      return;
    }
    Gfid old = inode(to).entries.get(name);
    Inode o = old == null ? null : inode(old);
    if (o == x
        || (o != null
            && ((o.kind == Kind.DIRECTORY) != (x.kind == Kind.DIRECTORY)
                || !o.entries.isEmpty()))) {
      return;
    }
    log.add("mv " + path(from.directory(), from.name()) + " " + path(to, name));
    if (o != null) {
      cut(to, name);
      drop(o);
    }
    cut(from.directory(), from.name());
    put(to, name, x);
    emit("e", from.directory(), from.name(), x);
    emit("e", to, name, x);
  }

  private void exchange(Up one, Up other) {
    Inode x = at(one);
    Inode y = at(other);
    if (x == y
        || (x.kind == Kind.DIRECTORY && beneath(other.directory(), x.gfid))
        || (y.kind == Kind.DIRECTORY && beneath(one.directory(), y.gfid))) {
      return;
    }
    log.add(
        "exchange "
            + path(one.directory(), one.name())
            + " "
            + path(other.directory(), other.name()));
    cut(one.directory(), one.name());
    cut(other.directory(), other.name());
    put(one.directory(), one.name(), y);
    put(other.directory(), other.name(), x);
    emit("e", one.directory(), one.name(), x);
    emit("e", other.directory(), other.name(), x);
    emit("e", other.directory(), other.name(), y);
    emit("e", one.directory(), one.name(), y);
  }

  /** The contents of a file: of one length, so that only mtime can tell them apart. */
  byte[] contents(Gfid gfid) {
    return String.format("%08d", inode(gfid).data).getBytes(StandardCharsets.US_ASCII);
  }

  static int permissions(int mode) {
    return 0400 | (mode * 31 & 0377);
  }

  static int owner(int mode) {
    return mode % 3;
  }

  /** One atomic look. */
  Optional<EntryState> look(Gfid gfid) {
    Inode x = nodes.get(gfid);
    return x == null ? Optional.empty() : Optional.of(state(x));
  }

  Optional<EntryState> look(Gfid directory, String name) {
    Gfid gfid = inode(directory).entries.get(name);
    return gfid == null ? Optional.empty() : look(gfid);
  }

  private EntryState state(Inode x) {
    Optional<byte[]> target =
        x.kind == Kind.SYMLINK
            ? Optional.of(("t" + x.data).getBytes(StandardCharsets.US_ASCII))
            : Optional.empty();
    return new EntryState(
        x.gfid,
        x.kind,
        permissions(x.mode),
        owner(x.mode),
        owner(x.mode),
        Instant.ofEpochSecond(x.mtime),
        Instant.ofEpochSecond(x.ctime),
        x.ctime >= now,
        x.kind == Kind.FILE ? 8 : 0,
        false,
        x.kind == Kind.DIRECTORY ? 1 : x.links,
        0,
        target,
        List.of());
  }

  DirectoryDigest digest(Gfid directory) {
    DirectoryDigest.Builder builder = new DirectoryDigest.Builder();
    inode(directory)
        .entries
        .forEach(
            (name, gfid) -> {
              EntryState state = state(inode(gfid));
              builder.add(FileName.of(name), gfid, state.kind(), state.ctime(), state.size());
            });
    return builder.finish(directory);
  }
}
