package org.georep.secondary.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.georep.name.EntryPath;
import org.georep.name.FileName;
import org.georep.name.Gfid;
import org.georep.posix.Errno;
import org.georep.posix.NativeLibc;
import org.georep.protocol.DirectoryDigest;
import org.georep.protocol.EntryState;
import org.georep.protocol.Kind;
import org.georep.protocol.Listing;
import org.georep.protocol.Reply;
import org.georep.protocol.Request;
import org.georep.protocol.Want;
import org.georep.secondary.retain.PutBack;
import org.georep.testing.FaultyLibc;
import org.georep.testing.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What is deleted on the primary stays, where that is wanted. Runs as root and, by {@link
 * OtherUserTest}, as another user, whose symbolic links hold no marks.
 *
 * <p>More than 500 lines: each case is a short history over the same tree, and they are to be read
 * against each other.
 */
class KeepDeletedTest {
  private static final Gfid D = Desk.gfid("D");
  private static final Gfid E = Desk.gfid("E");
  private static final Gfid N = Desk.gfid("N");

  @RegisterExtension final Sandbox sandbox = new Sandbox();

  private Path root() {
    return sandbox.path().resolve("s");
  }

  /** Everything below the root, a line each: name, kind, contents, and which names are one file. */
  private static List<String> tree(Path root) throws IOException {
    List<String> lines = new ArrayList<>();
    List<Object> inodes = new ArrayList<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted().toList()) {
        Path name = root.relativize(path);
        if (name.toString().isEmpty() || name.startsWith(".georep")) {
          continue;
        }
        String what;
        if (Files.isSymbolicLink(path)) {
          what = " -> " + Files.readSymbolicLink(path);
        } else if (Files.isDirectory(path)) {
          what = "/";
        } else if (Files.isRegularFile(path)) {
          Object inode = Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
          if (!inodes.contains(inode)) {
            inodes.add(inode);
          }
          what = " = " + Files.readString(path) + " " + inodes.indexOf(inode);
        } else {
          what = " other";
        }
        lines.add(name + what);
      }
    }
    return lines;
  }

  /** Makes d/{f,l} one file, d/s a symbolic link, d/p a FIFO, d/e/g a file, and top, one with l. */
  private static void makeTree(Desk desk) throws IOException {
    desk.wants(
        Desk.at(Desk.ROOT, "d", Desk.directory("D")),
        Desk.at(D, "e", Desk.directory("E")),
        Desk.at(D, "s", Desk.link("S", "target")),
        Desk.at(D, "p", Desk.state("P", Kind.FIFO, 0640, 0, null)),
        Desk.at(D, "f", Desk.file("F", "text")),
        Desk.at(D, "l", Desk.file("F", "text")),
        Desk.at(E, "g", Desk.file("G", "deep")));
    desk.sends(List.of(Desk.file("F", "text"), Desk.file("G", "deep")), List.of("text", "deep"));
    desk.lists(
        D,
        Desk.present("e", Desk.directory("E")),
        Desk.present("s", Desk.link("S", "target")),
        Desk.present("p", Desk.state("P", Kind.FIFO, 0640, 0, null)),
        Desk.present("f", Desk.file("F", "text")),
        Desk.present("l", Desk.file("F", "text")));
    desk.lists(E, Desk.present("g", Desk.file("G", "deep")));
    desk.barrier(D, E);
    desk.nextBatch();
  }

  private static final List<String> TREE =
      List.of(
          "d/",
          "d/e/",
          "d/e/g = deep 0",
          "d/f = text 1",
          "d/l = text 1",
          "d/p other",
          "d/s -> target");

  /** As {@code rm -r d} does it, over several batches. */
  private static void removeTree(Desk desk) throws IOException {
    desk.wants(Desk.absent(E, "g"), Desk.absent(D, "f"), Desk.absent(D, "p"));
    desk.nextBatch();
    desk.wants(Desk.absent(D, "e"), Desk.absent(D, "l"), Desk.absent(D, "s"));
    desk.nextBatch();
    desk.wants(Desk.absent(Desk.ROOT, "d"));
  }

  private static Reply.Synced settled(Desk desk) throws IOException {
    Reply.Synced synced = desk.barrier();
    assertThat(synced.limbo()).as("left in limbo").isZero();
    assertThat(Desk.names(desk.path(".georep/limbo"))).isEmpty();
    if (Desk.exists(desk.path(".georep/from"))) {
      assertThat(Desk.names(desk.path(".georep/from"))).isEmpty();
    }
    desk.nextBatch();
    return synced;
  }

  @Test
  void aDeletedTreeStaysWhole() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    assertThat(tree(root())).isEqualTo(TREE);
    removeTree(desk);
    assertThat(desk.path("d")).as("in limbo until the barrier").doesNotExist();
    assertThat(settled(desk).discarded()).as("nothing was purged").isZero();
    assertThat(tree(root())).isEqualTo(TREE);
    assertThat(desk.conflicts()).isEmpty();
    assertThat(Files.getLastModifiedTime(desk.path("d/e"))).isEqualTo(FileTime.from(Desk.TIME));
    assertThat(Files.getLastModifiedTime(desk.path("d"))).isEqualTo(FileTime.from(Desk.TIME));
    desk.end(true);
  }

  @Test
  void soDoesOneThatLeftAsAWhole() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    settled(desk);
    assertThat(tree(root())).isEqualTo(TREE);
    desk.end(true);
  }

  @Test
  void itStaysAgainAndAgainWhateverIsListedAndRebuilt() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    removeTree(desk);
    settled(desk);
    for (boolean clean : new boolean[] {true, false}) {
      desk.again(clean);
      desk.wants(Desk.absent(Desk.ROOT, "d"));
      desk.lists(Desk.ROOT);
      settled(desk);
      assertThat(tree(root())).isEqualTo(TREE);
      assertThat(different(desk, Desk.ROOT)).as("left out of digests").isEmpty();
    }
    assertThat(desk.conflicts()).isEmpty();
    desk.end(true);
  }

  private static List<Gfid> different(Desk desk, Gfid directory, Want.Present... wants)
      throws IOException {
    DirectoryDigest.Builder builder = new DirectoryDigest.Builder();
    for (Want.Present want : wants) {
      EntryState state = want.state();
      builder.add(want.name(), state.gfid(), state.kind(), state.ctime(), state.size());
    }
    desk.lists(directory, wants);
    desk.barrier(directory);
    return ((Reply.Different) desk.ask(new Request.Compare(List.of(builder.finish(directory)))))
        .directories();
  }

  @Test
  void aDirectoryMadeAnewTakesTheOldOneIn() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    removeTree(desk);
    desk.nextBatch();
    // Before the barrier: old and new meet when the old one is put back.
    desk.wants(
        Desk.at(Desk.ROOT, "d", Desk.directory("N")),
        Desk.at(N, "f", Desk.link("X", "new")),
        Desk.at(N, "own", Desk.link("Y", "own")));
    settled(desk);
    assertThat(tree(root()))
        .containsExactly(
            "d/",
            "d/e/",
            "d/e/g = deep 0",
            "d/f -> new",
            "d/l = text 1",
            "d/own -> own",
            "d/p other",
            "d/s -> target");
    assertThat(Files.getLastModifiedTime(desk.path("d"))).isEqualTo(FileTime.from(Desk.TIME));
    desk.end(true);
  }

  @Test
  void directoriesAreMergedAllTheWayDown() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    desk.nextBatch();
    Gfid deeper = Desk.gfid("N2");
    desk.wants(
        Desk.at(Desk.ROOT, "d", Desk.directory("N")),
        Desk.at(N, "e", Desk.directory("N2")),
        Desk.at(deeper, "h", Desk.link("H", "h")),
        Desk.at(N, "p", Desk.directory("N3")));
    assertThat(settled(desk).discarded()).as("p").isEqualTo(1);
    assertThat(tree(root()))
        .containsExactly(
            "d/",
            "d/e/",
            "d/e/g = deep 0",
            "d/e/h -> h",
            "d/f = text 1",
            "d/l = text 1",
            "d/p/",
            "d/s -> target");
    desk.end(true);
  }

  /** As above, but each name of the former tree left by itself. */
  @Test
  void whatCameOutOfDirectoriesThatAreMergedGoesWithThem() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    removeTree(desk);
    desk.nextBatch();
    desk.wants(
        Desk.at(Desk.ROOT, "d", Desk.directory("N")),
        Desk.at(N, "e", Desk.directory("N2")),
        Desk.at(Desk.gfid("N2"), "h", Desk.link("H", "h")));
    settled(desk);
    assertThat(tree(root())).isEqualTo(with(TREE, "d/e/h -> h"));
    desk.end(true);
  }

  private static List<String> with(List<String> tree, String line) {
    return Stream.concat(tree.stream(), Stream.of(line)).sorted().toList();
  }

  /** So that nothing but where it came from says what goes first. */
  @Test
  void aTreeThatIsDeletedInOneBatchStaysWhole() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.wants(
        Desk.absent(E, "g"),
        Desk.absent(D, "f"),
        Desk.absent(D, "p"),
        Desk.absent(D, "e"),
        Desk.absent(D, "l"),
        Desk.absent(D, "s"),
        Desk.absent(Desk.ROOT, "d"));
    settled(desk);
    assertThat(tree(root())).isEqualTo(TREE);
    desk.end(true);
  }

  /** More than one call lets go of, after a start that finds them in limbo. */
  @Test
  void manyGoBackWithOneBarrier() throws Exception {
    int count = PutBack.AT_ONCE + 10;
    Desk desk = Desk.keepingAt(root());
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    for (int i = 0; i < count; i += 1000) {
      desk.wants(
          IntStream.range(i, Math.min(i + 1000, count))
              .mapToObj(n -> Desk.at(D, "n" + n, Desk.link("L" + n, "t" + n)))
              .toArray(Want.At[]::new));
    }
    desk.barrier(D);
    desk.nextBatch();
    for (int i = 0; i < count; i += 1000) {
      desk.wants(
          IntStream.range(i, Math.min(i + 1000, count))
              .mapToObj(n -> Desk.absent(D, "n" + n))
              .toArray(Want.At[]::new));
    }
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    desk = desk.again(false);
    settled(desk);
    assertThat(Desk.names(desk.path("d"))).hasSize(count);
    assertThat(desk.conflicts()).isEmpty();
    desk.end(true);
  }

  @Test
  void aKeptDirectoryIsUsedAgainAsItIs() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    removeTree(desk);
    settled(desk);
    Object inode = Files.getAttribute(desk.path("d"), "unix:ino");
    EntryState link = Desk.link("X", "new");
    assertThat(desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("N"))).incomplete())
        .as("it has to be listed")
        .contains(N);
    assertThat(Files.getAttribute(desk.path("d"), "unix:ino")).isEqualTo(inode);
    desk.lists(N, Desk.present("s", link), Desk.present("e", Desk.directory("N2")));
    desk.lists(Desk.gfid("N2"));
    settled(desk);
    List<String> after =
        List.of(
            "d/",
            "d/e/",
            "d/e/g = deep 0",
            "d/f = text 1",
            "d/l = text 1",
            "d/p other",
            "d/s -> new");
    assertThat(tree(root())).isEqualTo(after);
    assertThat(different(desk, N, present("e", Desk.directory("N2")), present("s", link)))
        .isEmpty();
    assertThat(desk.conflicts()).isEmpty();
    // And so it is deleted once more.
    desk.wants(Desk.absent(N, "s"), Desk.absent(N, "e"), Desk.absent(Desk.ROOT, "d"));
    settled(desk);
    assertThat(tree(root())).isEqualTo(after);
    desk.end(true);
  }

  private static Want.Present present(String name, EntryState state) {
    return new Want.Present(FileName.of(name), state);
  }

  @Test
  void aFileReplacesAKeptOneAndAKeptTree() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.puts(Desk.ROOT, "f", "A", "first");
    removeTree(desk);
    desk.wants(Desk.absent(Desk.ROOT, "f"));
    settled(desk);
    assertThat(desk.path("f")).hasContent("first");
    desk.wants(Desk.at(Desk.ROOT, "f", Desk.file("B", "second")));
    assertThat(desk.path("f")).as("whole, until the new one is there").hasContent("first");
    desk.sends(Desk.file("B", "second"), "second");
    desk.puts(Desk.ROOT, "d", "C", "third");
    settled(desk);
    assertThat(tree(root())).containsExactly("d = third 0", "f = second 1");
    assertThat(desk.conflicts()).isEmpty();
    desk.wants(Desk.absent(Desk.ROOT, "f"));
    settled(desk);
    assertThat(tree(root())).containsExactly("d = third 0", "f = second 1");
    desk.end(true);
  }

  @Test
  void renamesStayRenames() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.puts(Desk.ROOT, "a", "A", "text");
    Object inode = Files.getAttribute(desk.path("a"), "unix:ino");
    desk.puts(Desk.ROOT, "b", "B", "over");
    desk.wants(Desk.absent(Desk.ROOT, "a"), Desk.absent(Desk.ROOT, "d"));
    desk.nextBatch();
    assertThat(
            desk.wants(
                    Desk.at(Desk.ROOT, "b", Desk.file("A", "text")),
                    Desk.at(Desk.ROOT, "x", Desk.directory("D")))
                .data())
        .as("neither is sent again, the file only compared")
        .allMatch(needed -> needed.sameToken());
    settled(desk);
    assertThat(Files.getAttribute(desk.path("b"), "unix:ino")).isEqualTo(inode);
    assertThat(Desk.names(root())).as("the old names went").containsExactly(".georep", "b", "x");
    desk.wants(Desk.absent(D, "l"));
    settled(desk);
    assertThat(Desk.names(desk.path("x")))
        .as("one name of several goes")
        .containsExactly("e", "f", "p", "s");
    desk.end(true);
  }

  @Test
  void whatWasMovedOutAndInAgainIsItself() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    desk.nextBatch();
    desk.wants(Desk.at(Desk.ROOT, "d", Desk.directory("D")));
    settled(desk);
    assertThat(tree(root())).isEqualTo(TREE);
    desk.wants(Desk.absent(D, "l"), Desk.absent(D, "f"));
    settled(desk);
    assertThat(tree(root())).as("kept in a directory that lives").isEqualTo(TREE);
    desk.wants(Desk.at(Desk.ROOT, "x", Desk.directory("D")), Desk.absent(Desk.ROOT, "d"));
    settled(desk);
    assertThat(tree(root()))
        .as("and goes with it")
        .isEqualTo(TREE.stream().map(line -> "x" + line.substring(1)).toList());
    desk.end(true);
  }

  @Test
  void whatWasMovedOutAndInAgainAfterTheBarrierIsAnother() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    settled(desk);
    desk.wants(Desk.at(Desk.ROOT, "y", Desk.directory("D")));
    assertThat(desk.lists(D, Desk.present("f", Desk.file("F", "text"))).data())
        .as("sent anew")
        .hasSize(1);
    desk.sends(Desk.file("F", "text"), "text");
    desk.barrier(D);
    settled(desk);
    List<String> both = new ArrayList<>(TREE);
    both.addAll(List.of("y/", "y/f = text 2"));
    assertThat(tree(root())).isEqualTo(both);
    desk.end(true);
  }

  @Test
  void ofTwoThatWereDeletedOneAfterTheOtherTheNewerStays() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.puts(Desk.ROOT, "f", "A", "older");
    long before = desk.batch();
    desk.wants(Desk.absent(Desk.ROOT, "d"), Desk.absent(Desk.ROOT, "f"));
    desk.nextBatch();
    desk.wants(
        Desk.at(Desk.ROOT, "d", Desk.directory("N")), Desk.at(N, "s", Desk.link("X", "newer")));
    desk.puts(Desk.ROOT, "f", "B", "newer");
    desk.wants(Desk.absent(Desk.ROOT, "d"), Desk.absent(Desk.ROOT, "f"));
    desk.ask(new Request.Barrier(desk.batch(), List.of(), Optional.empty(), before));
    assertThat(tree(root()).subList(0, TREE.size())).as("the older went back").isEqualTo(TREE);
    settled(desk);
    assertThat(tree(root()))
        .containsExactly(
            "d/",
            "d/e/",
            "d/e/g = deep 0",
            "d/f = text 1",
            "d/l = text 1",
            "d/p other",
            "d/s -> newer",
            "f = newer 2");
    desk.end(true);
  }

  @Test
  void aDirectoryWaitsForWhatStillHasToGoBackIntoIt() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    long before = desk.batch();
    desk.nextBatch();
    desk.wants(Desk.absent(D, "s"), Desk.absent(E, "g"));
    desk.ask(new Request.Barrier(desk.batch(), List.of(), Optional.empty(), before));
    assertThat(desk.path("d")).doesNotExist();
    settled(desk);
    assertThat(tree(root())).isEqualTo(TREE);
    desk.end(true);
  }

  @Test
  void directoriesThatCameOutOfEachOtherEndSomewhere() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    // e leaves d, d moves into e, which is in limbo, and leaves it again.
    desk.wants(Desk.absent(D, "e"));
    desk.nextBatch();
    desk.wants(Desk.at(E, "d", Desk.directory("D")));
    desk.nextBatch();
    desk.wants(Desk.absent(E, "d"));
    settled(desk);
    assertThat(desk.conflicts()).contains("e/g", "e/d/s");
    desk.end(true);
  }

  @Test
  void whatIsNotGeorepsStaysInItsDirectory() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    Files.writeString(desk.path("d/e/foreign"), "mine");
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    settled(desk);
    assertThat(desk.path("d/e/foreign")).hasContent("mine");
    desk.end(true);
  }

  @Test
  void deletionsThatWereUnderWayWhenKeepingBeganAreSetAside() throws Exception {
    Desk desk = Desk.at(root());
    makeTree(desk);
    removeTree(desk);
    desk.keeping(true).again(false);
    settled(desk);
    assertThat(tree(root())).isEmpty();
    assertThat(desk.conflicts()).containsExactly("0946", "0947", "0950", "0953");
    desk.end(true);
  }

  @Test
  void withoutKeepingACrawlFindsAndRemovesWhatWasKept() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.puts(Desk.ROOT, "a", "A", "stays");
    Want.Present a = present("a", Desk.file("A", "stays"));
    removeTree(desk);
    settled(desk);
    assertThat(different(desk, Desk.ROOT, a)).isEmpty();
    desk.keeping(false).again(true);
    DirectoryDigest.Builder builder = new DirectoryDigest.Builder();
    builder.add(a.name(), a.state().gfid(), Kind.FILE, a.state().ctime(), a.state().size());
    desk.ask(new Request.CrawlBegin());
    assertThat(
            ((Reply.Different) desk.ask(new Request.Compare(List.of(builder.finish(Desk.ROOT)))))
                .directories())
        .containsExactly(Desk.ROOT);
    assertThat(((Reply.Weighed) desk.ask(new Request.Weigh())).leaving())
        .as("d and what is in it")
        .isEqualTo(7);
    desk.lists(Desk.ROOT, a);
    assertThat(settled(desk).discarded()).isEqualTo(7);
    assertThat(tree(root())).containsExactly("a = stays 0");
    assertThat(desk.conflicts()).isEmpty();
    desk.end(true);
  }

  @Test
  void aPreviewShowsNoDeletion() throws Exception {
    Desk desk = Desk.at(root());
    makeTree(desk);
    desk.end(true);
    Request.Preview preview =
        new Request.Preview(
            EntryPath.ROOT,
            new Listing(Desk.ROOT, List.of(Desk.present("n", Desk.directory("N"))), true, true));
    for (boolean keep : new boolean[] {true, false}) {
      Desk looking = new Desk(root()).keeping(keep).open(Request.Mode.PREVIEW);
      assertThat(((Reply.Previewed) looking.ask(preview)).changes())
          .extracting(change -> change.what())
          .isEqualTo(keep ? List.of("create") : List.of("create", "delete"));
      looking.end(true);
    }
  }

  @Test
  void aNameOfAFileThatLivesOnGoesFromAKeptTree() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    desk.wants(Desk.at(Desk.ROOT, "a", Desk.file("F", "text")));
    desk.barrier();
    desk.nextBatch();
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    settled(desk);
    assertThat(tree(root()))
        .containsExactly(
            "a = text 0", "d/", "d/e/", "d/e/g = deep 1", "d/p other", "d/s -> target");
    assertThat(Files.getLastModifiedTime(desk.path("d"))).isEqualTo(FileTime.from(Desk.TIME));
    desk.end(true);
  }

  @Test
  void oneThatComesBackHalfwayIsListedWhole() throws Exception {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Desk desk = new Desk(root(), faulty.libc()).keeping(true).open(Request.Mode.REPLICATE);
    makeTree(desk);
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    // The marks of d and e, which say that they are incomplete; of g; of e; of the next.
    faulty.fail(FaultyLibc.method("setxattr"), Errno.EIO).nth(5);
    assertThat(desk.barrier().limbo()).isEqualTo(1);
    desk.nextBatch();
    assertThat(desk.wants(Desk.at(Desk.ROOT, "x", Desk.directory("D"))).incomplete()).contains(D);
    desk.lists(
        D,
        Desk.present("e", Desk.directory("E")),
        Desk.present("s", Desk.link("S", "target")),
        Desk.present("f", Desk.file("F", "text")));
    assertThat(desk.lists(E, Desk.present("g", Desk.file("G", "deep"))).data())
        .as("it was kept already, and nobody's")
        .hasSize(1);
    desk.sends(Desk.file("G", "deep"), "deep");
    settled(desk);
    assertThat(desk.path("x/e/g")).hasContent("deep");
    assertThat(desk.path("x/f")).hasContent("text");
    assertThat(desk.conflicts()).isEmpty();
    desk.end(true);
  }

  @Test
  void directoriesClosedToTheirOwnerAreKeptAndRemovedAsWell() throws Exception {
    Desk desk = Desk.keepingAt(root());
    makeTree(desk);
    EntryState outer = Desk.state("D", Kind.DIRECTORY, 0500, 0, null);
    EntryState inner = Desk.state("E", Kind.DIRECTORY, 0, 0, null);
    desk.wants(Desk.at(Desk.ROOT, "d", outer), Desk.at(D, "e", inner));
    desk.barrier();
    desk.nextBatch();
    desk.wants(Desk.absent(D, "e"));
    desk.nextBatch();
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    settled(desk);
    assertThat(mode("d/e")).isEqualTo("---------");
    assertThat(mode("d")).isEqualTo("r-x------");
    assertThat(Files.getLastModifiedTime(desk.path("d"))).isEqualTo(FileTime.from(Desk.TIME));
    // A directory that comes there by a rename takes in what was there.
    desk.wants(Desk.at(Desk.ROOT, "n", Desk.directory("N")), Desk.at(N, "e", closed("N2")));
    desk.wants(Desk.absent(Desk.ROOT, "n"), Desk.at(Desk.ROOT, "d", Desk.directory("N")));
    settled(desk);
    assertThat(mode("d/e")).isEqualTo("---------");
    assertThat(desk.path("d/f")).hasContent("text");
    desk.wants(Desk.absent(Desk.ROOT, "d"));
    settled(desk);
    desk.keeping(false).again(true);
    desk.lists(Desk.ROOT);
    settled(desk);
    assertThat(tree(root())).isEmpty();
    assertThat(desk.conflicts()).isEmpty();
    desk.end(true);
  }

  private static EntryState closed(String gfid) {
    return Desk.state(gfid, Kind.DIRECTORY, 0, 0, null);
  }

  private String mode(String name) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(root().resolve(name), LinkOption.NOFOLLOW_LINKS));
  }

  /** What the agent does to the file system. */
  private static final Set<String> CHANGES =
      Set.of(
          "mkdirat",
          "linkat",
          "symlinkat",
          "renameat2",
          "unlinkat",
          "setxattr",
          "utimensat",
          "fchmodat",
          "syncfs");

  /** The agent is dead: nothing it does reaches the kernel, but its descriptors are closed. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** A history with all there is; kills the agent at its n-th change after what was made. */
  private List<String> killed(String name, int n) throws Exception {
    FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
    Path root = sandbox.path().resolve(name);
    Desk desk = new Desk(root, faulty.libc()).keeping(true).open(Request.Mode.REPLICATE);
    makeTree(desk);
    desk.puts(Desk.ROOT, "f", "A", "file");
    desk.wants(
        Desk.at(Desk.ROOT, "m", Desk.directory("M")),
        Desk.at(Desk.gfid("M"), "old", Desk.link("O", "old")),
        Desk.at(Desk.gfid("M"), "taken", Desk.link("T", "taken")));
    desk.lists(
        Desk.gfid("M"),
        Desk.present("old", Desk.link("O", "old")),
        Desk.present("taken", Desk.link("T", "taken")));
    desk.barrier(Desk.gfid("M"));
    desk.nextBatch();
    List<Want.At> wants =
        List.of(
            Desk.absent(E, "g"),
            Desk.absent(D, "f"),
            Desk.absent(D, "p"),
            Desk.absent(D, "l"),
            Desk.absent(D, "e"),
            Desk.absent(Desk.ROOT, "d"),
            Desk.absent(Desk.ROOT, "f"),
            Desk.at(Desk.ROOT, "m", Desk.directory("N")),
            Desk.at(N, "taken", Desk.link("X", "new")));
    int[] left = {n};
    boolean[] hit = {false};
    faulty.before(
        call -> !call.method().equals("close"),
        call -> {
          if (left[0] > 0 && CHANGES.contains(call.method())) {
            left[0]--;
          }
          if (left[0] == 0) {
            hit[0] = true;
            throw new Killed();
          }
        });
    try {
      desk.reconcile(wants, List.of());
      desk.barrier();
      desk.barrier();
    } catch (Killed e) {
      assertThat(hit[0]).isTrue();
    }
    faulty.clear();
    desk.again(false);
    desk.reconcile(wants, List.of());
    desk.barrier();
    // What the replicator does with every directory it is told of.
    desk.lists(N, Desk.present("taken", Desk.link("X", "new")));
    desk.barrier(N);
    settled(desk);
    List<String> result = new ArrayList<>(tree(root));
    desk.conflicts().forEach(path -> result.add("set aside: " + path));
    desk.end(true);
    return hit[0] ? result : List.of();
  }

  @Test
  void whereverTheAgentIsKilledTheEndIsTheSame() throws Exception {
    List<String> after = new ArrayList<>(TREE);
    after.addAll(List.of("f = file 2", "m/", "m/old -> old", "m/taken -> new"));
    int n = 1;
    for (List<String> end = killed("s1", n); !end.isEmpty(); end = killed("s" + n, n)) {
      assertThat(end).as("killed at change %d", n).isEqualTo(after);
      n++;
    }
    assertThat(n).isGreaterThan(60);
  }
}
