package org.georep.replicator.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.georep.engine.OpenFile;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.name.Place;
import org.georep.posix.Errno;
import org.georep.posix.Identity;
import org.georep.posix.Libc;
import org.georep.posix.Linux;
import org.georep.posix.NativeLibc;
import org.georep.posix.PosixException;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Want;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ways of looking at a primary keep the same promises. */
final class PrimaryTreeTest {
  private static final Libc LIBC = NativeLibc.instance();

  @RegisterExtension final Sandbox sandbox = Sandbox.open();

  interface Opener {
    PrimaryTree open(byte[] root) throws IOException;
  }

  static Stream<Opener> trees() {
    Stream.Builder<Opener> all = Stream.builder();
    all.add(root -> new PathTree(root(root)));
    if (LIBC.geteuid() == 0) {
      all.add(root -> new HandleTree(root(root)));
    }
    return all.build();
  }

  private static Root root(byte[] path) throws IOException {
    int probe = LIBC.openat(Linux.AT_FDCWD, path, Linux.O_PATH, 0);
    Identity identity = Identity.on(LIBC, probe);
    LIBC.close(probe);
    return new Root(LIBC, path, new Look(LIBC, identity, Clock.systemUTC(), true));
  }

  private Path primary() {
    return sandbox.directory("primary");
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static EntryState look(PrimaryTree tree, Gfid directory, String name) throws IOException {
    try (PrimaryDirectory open = inside(tree, directory)) {
      return ((Want.Present) open.look(FileName.of(name))).state();
    }
  }

  private static PrimaryDirectory inside(PrimaryTree tree, Gfid directory) throws IOException {
    return ((PrimaryTree.Found.Inside) tree.directory(directory)).directory();
  }

  @ParameterizedTest
  @MethodSource("trees")
  void whatIsGoneButHeldOpenHasNoPath(Opener opener) throws IOException {
    Path file = primary().resolve("n".repeat(255));
    Files.writeString(file, "a");
    try (PrimaryTree tree = opener.open(bytes(primary()))) {
      Gfid gfid = look(tree, tree.rootGfid(), "n".repeat(255)).gfid();
      try (var held = Files.newInputStream(file)) {
        Files.delete(file);
        assertThat(tree.path(gfid)).isEmpty();
        assertThat(held.read()).isEqualTo('a');
      }
    }
  }

  @ParameterizedTest
  @MethodSource("trees")
  void aLookTellsWhatIsThere(Opener opener) throws IOException {
    Path primary = primary();
    Files.writeString(primary.resolve("file"), "contents");
    Files.createSymbolicLink(primary.resolve("link"), Path.of("no/where"));
    Files.createDirectory(primary.resolve(".georep"));
    try (PrimaryTree tree = opener.open(bytes(primary))) {
      EntryState file = look(tree, tree.rootGfid(), "file");
      assertThat(file.kind()).isEqualTo(Kind.FILE);
      assertThat(file.size()).isEqualTo(8);
      EntryState link = look(tree, tree.rootGfid(), "link");
      assertThat(link.target().orElseThrow())
          .isEqualTo("no/where".getBytes(StandardCharsets.UTF_8));
      try (PrimaryDirectory root = inside(tree, tree.rootGfid())) {
        assertThat(root.names()).containsExactly(FileName.of("file"), FileName.of("link"));
        assertThat(root.look(FileName.of("gone"))).isInstanceOf(Want.Absent.class);
        assertThat(root.look(FileName.of(".georep"))).isInstanceOf(Want.Excluded.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("trees")
  void aDirectoryIsFoundAfterItMoved(Opener opener) throws IOException {
    Path primary = primary();
    Files.createDirectories(primary.resolve("a/b"));
    Files.writeString(primary.resolve("a/b/f"), "1");
    Files.createDirectory(primary.resolve("c"));
    try (PrimaryTree tree = opener.open(bytes(primary))) {
      Gfid a = look(tree, tree.rootGfid(), "a").gfid();
      tree.learn(a, new Place(tree.rootGfid(), FileName.of("a")));
      Gfid b = look(tree, a, "b").gfid();
      tree.learn(b, new Place(a, FileName.of("b")));
      Files.move(primary.resolve("a"), primary.resolve("c/a2"));
      Gfid c = look(tree, tree.rootGfid(), "c").gfid();
      tree.learn(c, new Place(tree.rootGfid(), FileName.of("c")));
      tree.learn(a, new Place(c, FileName.of("a2")));
      assertThat(look(tree, b, "f").size()).isEqualTo(1);
      assertThat(tree.path(b)).contains(EntryPath.parse("c/a2/b"));
      assertThat(tree.place(b)).contains(new Place(a, FileName.of("b")));
    }
  }

  @ParameterizedTest
  @MethodSource("trees")
  void aDirectoryMovedOutIsOutsideAndAGoneOneIsNotInside(Opener opener) throws IOException {
    Path primary = primary();
    Files.createDirectories(primary.resolve("out"));
    Files.createDirectories(primary.resolve("gone"));
    try (PrimaryTree tree = opener.open(bytes(primary))) {
      Gfid out = look(tree, tree.rootGfid(), "out").gfid();
      Gfid gone = look(tree, tree.rootGfid(), "gone").gfid();
      Files.move(primary.resolve("out"), sandbox.path().resolve("outside"));
      Files.delete(primary.resolve("gone"));
      assertThat(tree.directory(out)).isInstanceOf(PrimaryTree.Found.Outside.class);
      assertThat(tree.directory(gone)).isNotInstanceOf(PrimaryTree.Found.Inside.class);
    }
  }

  @ParameterizedTest
  @MethodSource("trees")
  void aFileIsOpenedByIdentityOnly(Opener opener) throws IOException {
    Path primary = primary();
    Files.writeString(primary.resolve("f"), "old");
    try (PrimaryTree tree = opener.open(bytes(primary))) {
      Gfid file = look(tree, tree.rootGfid(), "f").gfid();
      tree.learnFile(file, new Place(tree.rootGfid(), FileName.of("f")));
      try (OpenFile open = tree.open(file).orElseThrow()) {
        ByteBuffer content = ByteBuffer.allocateDirect(16);
        assertThat(LIBC.read(open.descriptor(), content)).isEqualTo(3);
        assertThat(open.look().gfid()).isEqualTo(file);
      }
      Files.writeString(primary.resolve("f2"), "new");
      Files.move(
          primary.resolve("f2"),
          primary.resolve("f"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertThat(tree.open(file)).isEmpty();
      assertThat(tree.look(file, Optional.of(new Place(tree.rootGfid(), FileName.of("f")))))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("trees")
  void aFileIsThereAsLongAsOneOfItsNames(Opener opener) throws IOException {
    Path primary = primary();
    Files.writeString(primary.resolve("f"), "text");
    Files.createLink(primary.resolve("g"), primary.resolve("f"));
    try (PrimaryTree tree = opener.open(bytes(primary))) {
      Gfid file = look(tree, tree.rootGfid(), "f").gfid();
      Place f = new Place(tree.rootGfid(), FileName.of("f"));
      Place g = new Place(tree.rootGfid(), FileName.of("g"));
      tree.learnFile(file, f);
      tree.learnFile(file, g);
      Files.delete(primary.resolve("g"));
      assertThat(tree.path(file)).contains(EntryPath.parse("f"));
      tree.open(file).orElseThrow().close();
      assertThat(tree.look(file, Optional.of(g))).isPresent();
    }
  }

  @Test
  void aFileBelowADirectoryOnTheMoveIsNotGone() throws IOException {
    Path primary = primary();
    Files.createDirectory(primary.resolve("a"));
    Files.writeString(primary.resolve("a/f"), "text");
    try (PrimaryTree tree = new PathTree(root(bytes(primary)))) {
      Place before = new Place(tree.rootGfid(), FileName.of("a"));
      Gfid a = look(tree, tree.rootGfid(), "a").gfid();
      tree.learn(a, before);
      Gfid file = look(tree, a, "f").gfid();
      tree.learnFile(file, new Place(a, FileName.of("f")));
      Files.move(primary.resolve("a"), primary.resolve("b"));
      assertThatThrownBy(() -> tree.open(file))
          .isInstanceOfSatisfying(
              PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
      tree.learn(a, new Place(tree.rootGfid(), FileName.of("b")));
      tree.learnAbsent(before);
      tree.open(file).orElseThrow().close();
      Files.delete(primary.resolve("b/f"));
      assertThat(tree.open(file)).isEmpty();
      Files.delete(primary.resolve("b"));
    }
  }

  /** Between the look at its old name, or at what took it, and the one at its new name. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFileBelowADirectoryThatLostItsPlaceIsNotGoneYet(boolean exchanged) throws IOException {
    Path primary = primary();
    Files.createDirectories(primary.resolve("a/sub"));
    Files.writeString(primary.resolve("a/sub/f"), "text");
    Files.createDirectory(primary.resolve("other"));
    AtomicLong clock = new AtomicLong();
    try (PrimaryTree tree = new PathTree(root(bytes(primary)), clock::get)) {
      Place before = new Place(tree.rootGfid(), FileName.of("a"));
      Gfid a = look(tree, tree.rootGfid(), "a").gfid();
      tree.learn(a, before);
      Gfid sub = look(tree, a, "sub").gfid();
      tree.learn(sub, new Place(a, FileName.of("sub")));
      Gfid file = look(tree, sub, "f").gfid();
      tree.learnFile(file, new Place(sub, FileName.of("f")));
      Gfid other = look(tree, tree.rootGfid(), "other").gfid();
      Files.move(primary.resolve("a"), primary.resolve("b"));
      if (exchanged) {
        tree.learn(other, before);
      } else {
        tree.learnAbsent(before);
      }
      assertThatThrownBy(() -> tree.open(file))
          .isInstanceOfSatisfying(
              PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
      clock.set(PathTree.MOVING_NANOS);
      assertThat(tree.open(file)).as("moved out of the volume, or deleted").isEmpty();
      tree.learn(a, new Place(tree.rootGfid(), FileName.of("b")));
      tree.open(file).orElseThrow().close();
    }
  }

  @Test
  void whatNobodyTellsOfIsWalkedForAgain() throws IOException {
    Path primary = primary();
    Files.createDirectory(primary.resolve("known"));
    AtomicLong clock = new AtomicLong();
    try (PrimaryTree tree = new PathTree(root(bytes(primary)), clock::get)) {
      Gfid known = look(tree, tree.rootGfid(), "known").gfid();
      inside(tree, known).close(); // by the first walk
      Files.createDirectories(primary.resolve("unseen/below"));
      Gfid below;
      try (PrimaryTree other = new PathTree(root(bytes(primary)))) {
        Gfid unseen = look(other, other.rootGfid(), "unseen").gfid();
        other.learn(unseen, new Place(other.rootGfid(), FileName.of("unseen")));
        below = look(other, unseen, "below").gfid();
      }
      assertThat(tree.directory(below)).isInstanceOf(PrimaryTree.Found.Outside.class);
      clock.set(PathTree.MOVING_NANOS);
      assertThat(tree.directory(below))
          .as("its name may be about to be looked at")
          .isInstanceOf(PrimaryTree.Found.Outside.class);
      clock.set(PathTree.MOVING_NANOS + 1);
      inside(tree, below).close();
    }
  }

  @ParameterizedTest
  @MethodSource("trees")
  void pathsLongerThanThekernelTakesAreEntered(Opener opener) throws IOException {
    Path primary = primary();
    FileName step = FileName.of("x".repeat(200));
    int at = LIBC.openat(Linux.AT_FDCWD, bytes(primary), Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
    for (int i = 0; i < 40; i++) {
      LIBC.mkdirat(at, step.toBytes(), 0755);
      int next = LIBC.openat(at, step.toBytes(), Linux.O_RDONLY | Linux.O_DIRECTORY, 0);
      LIBC.close(at);
      at = next;
    }
    LIBC.close(at);
    try (PrimaryTree tree = opener.open(bytes(primary))) {
      Gfid gfid = tree.rootGfid();
      for (int i = 0; i < 40; i++) {
        Gfid below = look(tree, gfid, step.toString()).gfid();
        tree.learn(below, new Place(gfid, step));
        gfid = below;
      }
      try (PrimaryDirectory deepest = inside(tree, gfid)) {
        assertThat(deepest.names()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("trees")
  void aRootThatWasReplacedIsNoticed(Opener opener) throws IOException {
    Path primary = primary();
    try (PrimaryTree tree = opener.open(bytes(primary))) {
      tree.check();
      Files.move(primary, sandbox.path().resolve("elsewhere"));
      assertThatThrownBy(tree::check).isInstanceOf(VolumeChangedException.class);
      Files.createDirectory(primary);
      assertThatThrownBy(tree::check)
          .isInstanceOf(VolumeChangedException.class)
          .hasMessageContaining("nothing was deleted");
    }
  }
}
