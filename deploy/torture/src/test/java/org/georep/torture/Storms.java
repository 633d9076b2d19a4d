package org.georep.torture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.georep.name.EntryPath;
import org.georep.name.FileName;

/** Thinks up {@link Storm}s, as the operations they consist of. */
final class Storms {
  private static final int MOST_LINKS = 60;

  private final Author author;
  private final View view;
  private final Random random;

  Storms(Author author, View view, Random random) {
    this.author = author;
    this.view = view;
    this.random = random;
  }

  /** Adds one to what the author does next. */
  void raise() {
    int at = random.nextInt(Arrays.stream(Storm.values()).mapToInt(storm -> storm.weight).sum());
    for (Storm storm : Storm.values()) {
      at -= storm.weight;
      if (at < 0) {
        raise(storm);
        return;
      }
    }
  }

  private void raise(Storm storm) {
    switch (storm) {
      case ROTATION -> rotation();
      case GENERATION -> generation();
      case SWAP -> swap();
      case RENAMES -> renames();
      case SAVE -> save();
      case CHANGE_OF_TYPE -> changeOfType();
      case REMOVE_TREE -> view.pick(View.Type.DIRECTORY).ifPresent(this::removeTree);
      case DEEP -> deep();
      case WIDE -> wide();
      case CYCLE -> cycle();
      case UNLINKED -> unlinked();
      case INSIDE_OUT -> insideOut();
    }
  }

  private void create(EntryPath path) {
    author.make(Kind.CREATE, path, author.seed(), author.size());
  }

  private void rotation() {
    List<EntryPath> logs = author.numbered(view.directory(), "log.", 5);
    for (int times = 1 + random.nextInt(4); times > 0; times--) {
      for (int i = logs.size() - 2; i >= 0; i--) {
        author.two(Kind.RENAME_OVER, logs.get(i), logs.get(i + 1));
      }
      create(logs.get(0));
      author.on(Kind.APPEND, logs.get(0), author.seed(), author.size());
      author.rest();
    }
  }

  private void generation() {
    Optional<EntryPath> source = view.pick(View.Type.DIRECTORY);
    EntryPath target = author.fresh();
    if (source.isEmpty()
        || target.startsWith(source.get())
        || source.get().startsWith(View.ABYSS)) {
      return;
    }
    author.make(Kind.MKDIR, target, 0755, 0);
    for (EntryPath directory : view.below(source.get(), true)) {
      author.make(Kind.MKDIR, moved(directory, source.get(), target), author.mode(), 0);
    }
    int links = 0;
    for (EntryPath file : view.below(source.get(), false)) {
      if (links++ < MOST_LINKS) {
        author.two(Kind.LINK, file, moved(file, source.get(), target));
      }
    }
  }

  private static EntryPath moved(EntryPath path, EntryPath from, EntryPath to) {
    List<FileName> names = new ArrayList<>(to.names());
    names.addAll(path.names().subList(from.names().size(), path.names().size()));
    return EntryPath.of(names);
  }

  private void swap() {
    Optional<EntryPath> one = view.pick(View.Type.ANY);
    Optional<EntryPath> other = view.pick(View.Type.ANY);
    if (one.isEmpty() || other.isEmpty()) {
      return;
    }
    EntryPath aside = author.fresh();
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      author.two(Kind.RENAME, one.get(), aside);
      author.two(Kind.RENAME, other.get(), one.get());
      author.two(Kind.RENAME, aside, other.get());
    }
  }

  private void renames() {
    Optional<EntryPath> first = view.pick(View.Type.ANY);
    if (first.isEmpty()) {
      return;
    }
    EntryPath at = first.get();
    for (int times = 2 + random.nextInt(20); times > 0; times--) {
      EntryPath to = author.fresh();
      if (!to.startsWith(at)) {
        author.two(Kind.RENAME, at, to);
        at = to;
      }
    }
    if (random.nextBoolean()) {
      author.two(Kind.RENAME, at, first.get());
    }
  }

  private void save() {
    EntryPath file = view.pick(View.Type.FILE).orElseGet(author::fresh);
    for (int times = 1 + random.nextInt(5); times > 0; times--) {
      List<FileName> names = new ArrayList<>(file.names());
      names.set(names.size() - 1, FileName.of(".save~" + random.nextInt(2)));
      EntryPath aside = EntryPath.of(names);
      create(aside);
      author.on(Kind.CHMOD, aside, author.mode(), 0);
      author.two(Kind.RENAME_OVER, aside, file);
      author.rest();
    }
  }

  private void changeOfType() {
    EntryPath path = view.pick(View.Type.NO_DIRECTORY).orElseGet(author::fresh);
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      author.on(Kind.UNLINK, path, 0, 0);
      author.make(Kind.MKDIR, path, 0755, 0);
      EntryPath inside = author.freshIn(path);
      create(inside);
      if (random.nextBoolean()) {
        author.on(Kind.UNLINK, inside, 0, 0);
        author.on(Kind.RMDIR, path, 0, 0);
        author.make(Kind.SYMLINK, path, author.seed(), 0);
      }
      author.rest();
    }
  }

  private void removeTree(EntryPath directory) {
    for (EntryPath file : view.below(directory, false)) {
      author.on(Kind.UNLINK, file, 0, 0);
    }
    List<EntryPath> directories = view.below(directory, true);
    Collections.reverse(directories);
    directories.forEach(path -> author.on(Kind.RMDIR, path, 0, 0));
    author.on(Kind.RMDIR, directory, 0, 0);
  }

  private void deep() {
    boolean beyond = random.nextInt(4) == 0;
    EntryPath at = beyond ? View.ABYSS : author.fresh();
    author.make(Kind.MKDIR, at, 0755, 0);
    for (int depth = beyond ? 22 : 5 + random.nextInt(40); depth > 0; depth--) {
      at = at.resolve(FileName.of(beyond ? "abyss".repeat(43) : "d" + random.nextInt(3)));
      author.make(Kind.MKDIR, at, 0755, 0);
    }
    create(author.freshIn(at));
  }

  private void wide() {
    EntryPath directory = author.fresh();
    author.make(Kind.MKDIR, directory, 0755, 0);
    for (EntryPath path : author.numbered(directory, "w", 20 + random.nextInt(150))) {
      author.make(Kind.CREATE, path, author.seed(), random.nextInt(300));
    }
  }

  private void cycle() {
    Optional<EntryPath> a = view.pick(View.Type.DIRECTORY);
    Optional<EntryPath> b = view.pick(View.Type.DIRECTORY);
    Optional<EntryPath> c = view.pick(View.Type.DIRECTORY);
    if (a.isPresent() && b.isPresent() && c.isPresent()) {
      author.two(Kind.EXCHANGE, a.get(), b.get());
      author.two(Kind.EXCHANGE, b.get(), c.get());
    }
  }

  private void unlinked() {
    EntryPath path = view.pick(View.Type.FILE).orElseGet(author::fresh);
    long slot = author.slot();
    author.on(Kind.OPEN, path, slot, 0);
    author.held(Kind.WRITE_OPEN, slot, author.seed());
    if (random.nextBoolean()) {
      author.on(Kind.UNLINK, path, 0, 0);
    } else {
      author.two(Kind.RENAME, path, author.fresh());
    }
    author.held(Kind.WRITE_OPEN, slot, author.seed());
    create(path);
    author.rest();
    author.held(Kind.CLOSE, slot, 0);
  }

  /** a/b becomes b/a. */
  private void insideOut() {
    EntryPath a = author.fresh();
    if (a.startsWith(View.ABYSS)) {
      return;
    }
    EntryPath b = a.resolve(FileName.of("inner"));
    author.make(Kind.MKDIR, a, 0755, 0);
    author.make(Kind.MKDIR, b, 0755, 0);
    create(author.freshIn(a));
    create(author.freshIn(b));
    author.rest();
    EntryPath aside = author.fresh();
    if (!aside.startsWith(a) && !aside.startsWith(View.ABYSS)) {
      author.two(Kind.RENAME, b, aside);
      author.two(Kind.RENAME, a, aside.resolve(FileName.of("outer")));
      if (random.nextBoolean()) {
        author.two(Kind.RENAME, aside, a);
      }
    }
  }
}
